import { setTimeout as sleep } from 'node:timers/promises'
import { statusOf } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import type { Call } from './api.ts'

/** So often one call is made again, and so long it waits at most between two times, whatever it is told. */
const REPEATS = 4
const MOST_WAIT_S = 30
/** All calls of one command together wait no longer: a folder of many files must come to an end beside a server that never has time. */
const MOST_WAIT_TOGETHER_S = 600

/** Whether the refusal is about this moment, not about what was asked. */
export const isForNow = (error: unknown): error is AppError =>
  error instanceof AppError && (statusOf(error.code) === 503 || error.code === 'rate_limited')

/**
 * The same calls, made again as `Retry-After` says where the server has no time. Only for calls that change nothing.
 *
 * @throws AppError as the last refusal; each other error at once
 */
export function patient(call: Call): Call {
  let left = MOST_WAIT_TOGETHER_S
  return async (...asked) => {
    for (let repeats = 0; ; repeats += 1) {
      try {
        return await call(...asked)
      } catch (error) {
        const waitS = isForNow(error) ? Math.min(error.extra.retryAfterS ?? 1, MOST_WAIT_S) : Number.POSITIVE_INFINITY
        if (repeats === REPEATS || waitS > left) throw error
        left -= waitS
        await sleep(waitS * 1_000)
      }
    }
  }
}
