import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { EventBody } from './intake.ts'
import { JobState, RunId } from './runs.ts'
import { Nothing } from './words.ts'

// The platform's own archive, for a run that reads an upload (rules.md §8.2).

/** What one run takes at most, and how long what was handed in waits: then it is gone, whatever became of the run. */
export const UPLOAD = { events: 2_000_000, bytes: 2 ** 30, hours: 72 } as const

const handIn = <I extends string, K extends 'backtests' | 'retros'>(id: I, kind: K, what: string) =>
  endpoint({
    id,
    method: 'post',
    path: `/v1/${kind}/{id}/events`,
    act: 'rules.write',
    summary: `Hand in past events for ${what} over an upload: up to 1,000 a call, one a line (gzip or zstd allowed). All of them are taken or none; the same call again changes nothing.`,
    params: RunId,
    query: z.object({
      after: z.coerce
        .number()
        .int()
        .min(0)
        .max(UPLOAD.events)
        .describe('How many events were handed in before these: what the call before was answered, 0 for the first'),
    }),
    body: undefined,
    takes: ['application/x-ndjson'],
    reads: EventBody,
    status: 202,
    answer: z.object({ taken: z.int().describe('How many events are taken by now; where to go on') }),
    repeat: 'own',
    codes: ['invalid', 'line_incomplete', 'conflict'],
  })

const finish = <I extends string, K extends 'backtests' | 'retros'>(id: I, kind: K, what: string) =>
  endpoint({
    id,
    method: 'post',
    path: `/v1/${kind}/{id}/finish`,
    act: 'rules.write',
    summary: `Say that all events are handed in: ${what} begins.`,
    params: RunId,
    query: Nothing,
    body: z.object({ events: z.int().min(1).describe('How many they are, so that nobody judges half an archive') }),
    status: 202,
    answer: z.object({ state: JobState }),
    repeat: 'key',
    codes: ['conflict'],
  })

export const handBacktestEvents = handIn('handBacktestEvents', 'backtests', 'a backtest')
export const finishBacktestUpload = finish('finishBacktestUpload', 'backtests', 'the backtest')
export const handRetroEvents = handIn('handRetroEvents', 'retros', 'a retro')
export const finishRetroUpload = finish('finishRetroUpload', 'retros', 'the retro')
