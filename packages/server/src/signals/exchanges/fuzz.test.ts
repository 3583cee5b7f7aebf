import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJson } from '../../http/json.ts'
import { type Ask, ExchangeError, type Json, type Page, type Source } from './source.ts'
import { stopNcii } from './stopncii.ts'
import { tcap } from './tcap.ts'
import { graphToken } from './testing/fake-graph.ts'
import { stopNciiKeys } from './testing/fake-stopncii.ts'
import { tcapSignIn } from './testing/fake-tcap.ts'
import { madeMd5, madePdq, madeSha256 } from './testing/hashes.ts'
import { threatExchange } from './threatexchange.ts'

/*
 * What arrives is not ours. Whatever it is, a page is read whole or not at all: each of its rows is taken, counted or kept as bad, and what cannot be
 * read is an error, never a page without entries.
 */

const address = 'https://exchange.example/'
const ideology = 'Islamist'
const parsers: readonly {
  readonly name: string
  readonly source: Source
  readonly at: Json
  readonly rows: string
  readonly page: object
}[] = [
  {
    name: 'StopNCII',
    source: stopNcii.open({ address }, stopNciiKeys),
    at: { start: 10, begunAt: 1_700_000_000_000, token: null },
    rows: 'hashRecords',
    page: {
      count: 3,
      hasMoreRecords: true,
      nextPageToken: 'W3siY29tcG9zaXRlVG9rZW4iOnsidG9r',
      nextSetTimestamp: 1_625_175_071,
      hashRecords: [
        {
          lastModtimestamp: 1_625_167_804,
          signalType: 'ImagePDQ',
          hashValue: madePdq(1),
          hashStatus: 'Active',
          caseNumbers: { 'case-1': 'Active' },
        },
        {
          lastModtimestamp: 1_625_167_844,
          signalType: 'VideoMD5',
          hashValue: madeMd5(1),
          hashStatus: 'Withdrawn',
          caseNumbers: [],
        },
        {
          lastModtimestamp: 1_625_167_845,
          signalType: 'URL',
          hashValue: 'https://bad.example/',
          hashStatus: 'Received',
          caseNumbers: {},
        },
      ],
    },
  },
  {
    name: 'TCAP',
    source: tcap.open({ address }, tcapSignIn),
    at: { after: '' },
    rows: 'results',
    page: {
      count: 4,
      next: 'https://exchange.example/more',
      previous: null,
      checkpoint: '1724856487.709035,10594',
      results: [
        {
          hash_digest: madePdq(1),
          algorithm: 'PDQ',
          ideology,
          file_type: 'png',
          deleted: false,
          updated_on: 1_704_901_040.222779,
          id: 2819,
        },
        {
          hash_digest: madeSha256(1),
          algorithm: 'SHA256',
          ideology,
          file_type: 'mp4',
          deleted: false,
          updated_on: 1_704_901_040.3,
          id: 2820,
        },
        {
          hash_digest: madeMd5(1),
          algorithm: 'MD5',
          ideology,
          file_type: 'mp4',
          deleted: true,
          updated_on: 1_704_901_041,
          id: 2821,
        },
        {
          hash_digest: 'ab',
          algorithm: 'SHA512',
          ideology,
          file_type: 'mp4',
          deleted: false,
          updated_on: 1_704_901_042,
          id: 2822,
        },
      ],
    },
  },
  {
    name: 'ThreatExchange',
    source: threatExchange.open({ address, group: '77', shareLevel: 'RED' }, { accessToken: graphToken }),
    at: { time: null, begunAt: 1_700_000_000_000, newest: null, next: null },
    rows: 'data',
    page: {
      data: [
        {
          ...{ id: '1', indicator: madePdq(1), type: 'HASH_PDQ', last_updated: 1_600_000_000, should_delete: false },
          descriptors: {
            data: [{ id: '2', owner: { id: '3' }, status: 'MALICIOUS', tags: { data: [{ id: '4', text: 'tag' }] } }],
          },
        },
        { id: '5', indicator: madeMd5(1), type: 'HASH_MD5', last_updated: '1600000001', should_delete: true },
        {
          id: '6',
          indicator: 'x',
          type: 'URI',
          last_updated: 1_600_000_002,
          should_delete: false,
          descriptors: { data: [{ status: 'UNKNOWN' }] },
        },
      ],
      paging: { cursors: { after: 'abc' }, next: 'https://exchange.example/77/threat_updates/?after=abc' },
    },
  },
]

/** Signs in where that is asked for, and answers with these bytes. */
const answering =
  (body: Uint8Array): Ask =>
  async ({ method }) => ({
    status: 200,
    headers: {},
    cut: null,
    body: method === 'POST' ? Buffer.from('{"token":"t"}') : body,
  })

async function read({ source, at }: (typeof parsers)[number], body: Uint8Array): Promise<Page | ExchangeError> {
  try {
    return await source.page(at, answering(body))
  } catch (error) {
    if (error instanceof ExchangeError) return error
    throw error
  }
}

function jsonIn(body: Uint8Array): unknown {
  try {
    return readJson(body).value
  } catch {
    return undefined
  }
}

/** Each row is somewhere; what is kept does not grow; and an error repeats no hash. */
function expectHonest(parser: (typeof parsers)[number], body: Uint8Array, outcome: Page | ExchangeError): void {
  if (outcome instanceof ExchangeError) {
    expect(['unreadable']).toContain(outcome.code)
    expect(outcome.message).not.toMatch(/[0-9a-f]{16}/i)
    return
  }
  const value = jsonIn(body)
  const rows = (value as Record<string, unknown[]>)[parser.rows]
  const counted = Object.values(outcome.unmatched).reduce((sum, n) => sum + n, 0)
  expect(outcome.changes.length + outcome.bad.length + counted).toBe(rows?.length)
  const kept = outcome.bad.reduce((sum, { raw }) => sum + raw.length, 0)
  // A number may be written out at length; nothing else is longer than it came.
  expect(kept).toBeLessThan(8 * body.length + 100)
  for (const { why } of outcome.bad) expect(why).not.toMatch(/[0-9a-f]{16}/i)
}

const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.integer({ min: 0, max: 12 }),
    put: fc.uint8Array({ maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 4 },
)
/** A value put in the place of another, anywhere in the page. */
const swaps = fc.array(fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 2 })), { minLength: 1, maxLength: 3 })

describe.each(parsers)('$name', (parser) => {
  const whole = Buffer.from(JSON.stringify(parser.page))

  test('the page itself is read', async () => {
    const page = await read(parser, whole)
    expect(page).toMatchObject({
      bad: [],
      changes: [{ op: 'put' }, expect.anything(), ...(parser.name === 'TCAP' ? [expect.anything()] : [])],
    })
  })

  test('cut at any place, it is unreadable', async () => {
    for (let length = 0; length < whole.length; length += 1) {
      expect([length, await read(parser, whole.subarray(0, length))]).toEqual([
        length,
        expect.objectContaining({ code: 'unreadable' }),
      ])
    }
  })

  test('bytes changed anywhere: read honestly, or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (all) => {
        const body = all.reduce<Uint8Array>((bytes, { at, drop, put }) => {
          const place = Math.floor(at * bytes.length)
          return Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + drop)])
        }, whole)
        expectHonest(parser, body, await read(parser, body))
      }),
      { numRuns: 1_500 },
    )
  })

  test('values changed anywhere: read honestly, or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(swaps, async (all) => {
        const page: unknown = JSON.parse(whole.toString())
        for (const [nth, value] of all) swap(page, nth, value)
        const body = Buffer.from(JSON.stringify(page))
        expectHonest(parser, body, await read(parser, body))
      }),
      { numRuns: 1_500 },
    )
  })

  test('any JSON at all: read honestly, or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const outcome = await read(parser, Buffer.from(text))
        expect(outcome).toBeInstanceOf(ExchangeError)
      }),
      { numRuns: 500 },
    )
  })

  test('thousands of kinds are counted under a few dozen names', async () => {
    const page = JSON.parse(whole.toString())
    const named = { StopNCII: 'signalType', TCAP: 'algorithm', ThreatExchange: 'type' }[parser.name] ?? ''
    const last = page[parser.rows].at(-1)
    page[parser.rows] = Array.from({ length: 3_000 }, (_, n) => ({ ...last, [named]: `KIND_${n}` }))
    page.count = 3_000
    const outcome = await read(parser, Buffer.from(JSON.stringify(page)))
    if (outcome instanceof ExchangeError) throw outcome
    expect(Object.keys(outcome.unmatched).length).toBeLessThanOrEqual(41)
    expect(Object.values(outcome.unmatched).reduce((sum, n) => sum + n, 0)).toBe(3_000)
  })
})

/** Puts a value into the nth place of a page, counted from its beginning and round again. */
function swap(page: unknown, nth: number, value: unknown): void {
  const places: (() => void)[] = []
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node)) {
      const holder = node as Record<string, unknown>
      places.push(() => {
        holder[key] = value
      })
      walk(holder[key])
    }
  }
  walk(page)
  places[nth % Math.max(1, places.length)]?.()
}
