import { createHash, createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { MemoryCounters } from '@lamplighter/rules'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MediaVault } from '../evidence/index.ts'
import { ALL_OFF, isRefused, prepare } from '../policy/index.ts'
import { ListBook, loadList, shippedProviders, Trials } from '../signals/index.ts'
import { acceptEvent } from './event.ts'
import { judgeEvent } from './pipeline.ts'

const wick = (name: string): string =>
  readFileSync(new URL(import.meta.resolve(`@lamplighter/rules/wick/${name}`)), 'utf8')
const prepared = prepare(wick('starter.wick'), wick('chat.schema.wick'), {
  providers: new Set(shippedProviders.keys()),
})
if (isRefused(prepared)) throw new Error('the starter rules are refused')
const rules = prepared

const HIT_PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'
const NEAR_PDQ = `${HIT_PDQ.slice(0, -1)}3`
const OTHER_PDQ = '07070f311f0b57b0f9c8f5ddfc709c0f4c91d12a699de1e2cc194c63b16364dd'
const digest = (digit: string, length = 64) => digit.repeat(length)

function bookOf(digests: readonly string[]): ListBook {
  const book = new ListBook()
  const base = { harm: 'csea', sealed: true, context: false, version: 1, updatedAt: 0, staleAfterMs: null }
  const entries = (values: readonly string[]) => values.map((value, n) => ({ n, entry: { value } }))
  book.set(loadList({ ...base, id: 'csam_digests', kind: 'digest' }, entries(digests)))
  book.set(loadList({ ...base, id: 'csam_media', kind: 'pdq' }, entries([HIT_PDQ])))
  book.set(loadList({ ...base, id: 'terror_media', kind: 'pdq' }, entries([])))
  book.set(loadList({ ...base, id: 'proscribed_orgs', kind: 'text' }, entries([])))
  return book
}

// No file was handed in: all that is known came with the event.
const emptyVault: MediaVault = {
  find: async () => undefined,
  facts: async () => undefined,
  fetched: async () => 'fetch_failed',
  audienceOf: async () => undefined,
  put: () => Promise.reject(new Error('nothing is put here')),
  takeBack: () => Promise.reject(new Error('nothing is stored here')),
  passing: () => Promise.reject(new Error('nothing is put here')),
  bytes: () => Promise.reject(new Error('nothing is stored here')),
  shown: () => Promise.reject(new Error('nothing is stored here')),
  erase: async () => 0,
  sweep: async () => 0,
  tidy: async () => undefined,
}

const room = { id: 'square', audience: 'public' }

async function outcomeOf(files: readonly object[], lists = bookOf([digest('a')])): Promise<string> {
  const event = {
    kind: 'upload',
    id: 'u1',
    occurred_at: '2026-06-01T09:00:00Z',
    actor: { id: 'k' },
    room,
    media: files,
  }
  const edge = acceptEvent(event, rules.schema, { connection: 'main', now: 1 })
  if (!('accepted' in edge)) throw new Error(JSON.stringify(edge.faults))
  const sealer = { seal: async () => new Uint8Array(), open: () => Promise.reject(new Error('nothing is sealed here')) }
  const bench = {
    rules: () => rules,
    running: () => ({
      live: rules,
      beside: undefined,
      before: undefined,
      pausedUntil: new Map<string, number>(),
      open: new Set<string>(),
    }),
    tally: { saw: () => undefined, later: () => undefined },
    lists,
    trials: new Trials(new ListBook()),
    counters: new MemoryCounters(),
    providers: shippedProviders,
    vault: emptyVault,
    switches: () => ({ set: ALL_OFF, at: 1 }),
    sealer,
    sealKey: createSecretKey(new Uint8Array(32)),
  }
  const seen = await judgeEvent(edge.accepted, bench, { phases: ['gate'], budgetMs: 100, now: 1 })
  return seen.parts[0]?.judgement.results.find(({ rule }) => rule === 'known_csam')?.outcome ?? 'quiet'
}

const files = {
  near: { type: 'image/png', sha256: digest('1'), pdq: [{ hash: NEAR_PDQ, quality: 90 }] },
  equal: { type: 'image/png', sha256: digest('a'), pdq: [{ hash: OTHER_PDQ, quality: 90 }] },
  clean: { type: 'image/png', sha256: digest('2'), pdq: [{ hash: OTHER_PDQ, quality: 90 }] },
  notSent: { type: 'image/png' },
  digestOnly: { type: 'image/png', sha256: digest('3') },
  featureless: { type: 'image/png', sha256: digest('4'), pdq: [{ hash: NEAR_PDQ, quality: 20 }] },
} as const
type Name = keyof typeof files
const hits: readonly Name[] = ['near', 'equal']
const gaps: readonly Name[] = ['notSent', 'digestOnly', 'featureless']

describe('matching 1: any-of over all files of an item', () => {
  test('any hit is a hit, else any unknown is unknown, else no hit, in every order and number', async () => {
    const names = fc.array(fc.constantFrom<Name>(...(Object.keys(files) as Name[])), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(names, async (list) => {
        const sent = list.map((name, place) => ({ id: `f${place}`, ...files[name] }))
        const expected = list.some((name) => hits.includes(name))
          ? 'fired'
          : list.some((name) => gaps.includes(name))
            ? 'unknown'
            : 'quiet'
        expect(await outcomeOf(sent)).toBe(expected)
        expect(await outcomeOf(sent.toReversed())).toBe(expected)
      }),
    )
  })

  test('a picture with several hashes is a hit by any of them', async () => {
    const pdq = [OTHER_PDQ, NEAR_PDQ].map((hash) => ({ hash, quality: 90 }))
    expect(await outcomeOf([{ id: 'f', ...files.clean, pdq }])).toBe('fired')
  })
})

describe('matching 32: an event keeps 200 hashes', () => {
  // 120 hashes of 60 frames on two grounds, in each of three files; a hash of half its bits is like no other.
  const frames = (seed: number, count = 120) =>
    Array.from({ length: count }, (_, n) => ({ hash: hashOf(`${seed} ${n}`), quality: 90 }))
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
  const file = (seed: number, pdq: readonly object[]) => ({ id: `f${seed}`, ...files.clean, pdq })

  test('and a hit in the last frame of the last file is among them', async () => {
    const last = [...frames(3, 119), { hash: NEAR_PDQ, quality: 90 }]
    expect(await outcomeOf([file(1, frames(1)), file(2, frames(2)), file(3, last)])).toBe('fired')
    expect(await outcomeOf([file(1, frames(1)), file(2, frames(2)), file(3, frames(3))])).toBe('quiet')
  })

  test('beside a gap, what is left out stays no hit and the gap unknown', async () => {
    expect(await outcomeOf([file(1, frames(1)), file(2, frames(2)), { id: 'f', ...files.digestOnly }])).toBe('unknown')
    const last = [...frames(3, 119), { hash: NEAR_PDQ, quality: 20 }]
    expect(await outcomeOf([file(1, frames(1)), file(3, last)])).toBe('unknown')
  })
})

describe('a list of digests', () => {
  const md5Only = { id: 'f', type: 'image/png', md5: digest('b', 32), pdq: files.clean.pdq }

  test('cannot say "no hit" of a kind that was not sent', async () => {
    expect(await outcomeOf([md5Only])).toBe('unknown')
    expect(await outcomeOf([md5Only], bookOf([digest('c', 32)]))).toBe('quiet')
    expect(await outcomeOf([md5Only], bookOf([digest('b', 32), digest('a')]))).toBe('fired')
  })

  test('needs the kind of every file', async () => {
    expect(
      await outcomeOf(
        [{ ...md5Only, sha256: digest('5') }, md5Only].map((file, place) => ({ ...file, id: `f${place}` })),
      ),
    ).toBe('unknown')
  })

  test('is down until it is loaded', async () => {
    expect(await outcomeOf([{ id: 'f', ...files.clean }], new ListBook())).toBe('unknown')
  })
})
