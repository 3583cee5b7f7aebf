import { endpoints } from '@lamplighter/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openLog } from './log.ts'
import { shippedLanes } from './review/index.ts'
import { sqlite } from './storage/testing/engines.ts'
import { CSAM, type House, messageOf, openHouse, type Person, pdqOf, picture, uploadOf } from './testing/house.ts'
import { type Walked, walkThinPath } from './testing/thin-path.ts'

// One word for each place in which people, platforms and staff put words.
const said = {
  id: 'canary-item-3f1',
  account: 'canary-account-8d2',
  text: 'canary-text-77a, send me 50',
  statement: 'canary-statement-e05',
  appeal: 'canary-appeal-b46',
  note: 'canary-note-19c',
}
const extra = {
  token: 'canary-token-5c8',
  address: '203.0.113.77',
  link: 'canary-link-2d9.example',
  file: 'canary-file-c31',
}

const MEDIA_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/bmp',
  'image/tiff',
  'video/mp4',
]

let house: House
let first: Person
let walked: Walked
const lines: string[] = []
const refusals: string[] = []
const secrets: string[] = []

beforeAll(async () => {
  openLog('debug', { write: (line) => void lines.push(line) })
  house = await openHouse({ engine: sqlite })
  first = await house.person('reviewer')
  const second = await house.person('lead')
  walked = await walkThinPath(house, { first, second }, said)
  await house.putPicture(extra.file, picture(CSAM))
  await house.screen({ ...uploadOf(extra.file), id: extra.file })
  await house.platform('POST', '/v1/events', {
    body: messageOf(`${said.text} https://${extra.link}`, { id: 'batch-1' }),
  })
  await house.follow()
  for (const answer of [
    await house.platform('POST', '/v1/screen', { body: `{"text":"${said.text}` }),
    await house.platform('POST', '/v1/screen', {
      body: { ...messageOf(said.text), actor: { id: { x: said.account } } },
    }),
    await house.platform('POST', '/v1/appeals', {
      body: { notice: said.id, text: said.appeal },
      headers: { 'idempotency-key': said.note },
    }),
    await house.visit('GET', `/v1/renditions/${extra.token}`, {
      headers: { authorization: `Bearer ${extra.token}`, 'x-forwarded-for': extra.address },
    }),
    await house.visit('GET', `/n/${extra.token}`),
    await first.call('GET', `/v1/cases/${said.id}`),
    await first.call('GET', `/v1/lanes?${said.text}=${extra.link}`),
    await house.screen(messageOf(said.text, { id: said.id, kind: said.account })),
  ]) {
    if (answer.status >= 400) refusals.push(answer.text)
  }
  secrets.push(...house.receiver.secrets, String(house.credentials.authorization).slice('Bearer '.length))
  secrets.push(
    ...house.receiver.calls.flatMap(({ data }) =>
      typeof data.page === 'string' ? [data.page.split('/').at(-1) ?? ''] : [],
    ),
  )
})
afterAll(() => {
  openLog('silent')
  return house.close()
})

const canaries = () => [
  ...Object.values(said),
  ...Object.values(extra),
  'canary',
  pdqOf(CSAM),
  ...secrets,
  'kestrel',
  'plover',
  'Somebody',
  '127.0.0.1',
]
const hitsIn = (text: string) => canaries().filter((word) => text.includes(word))

describe('platform P-33, ecosystem 23, security S-49: words of people', () => {
  test('went all the way through', () => {
    expect([walked.screened.verdict, walked.outcome]).toEqual(['hold', 201])
    expect(secrets.filter((secret) => secret.length < 20)).toEqual([])
    expect(refusals.length).toBeGreaterThan(5)
  })

  test('are in no line of the log, whose fields are those that a line may have', () => {
    expect(lines.length).toBeGreaterThan(10)
    expect(hitsIn(lines.join('\n'))).toEqual([])
    const fields = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line))))
    const allowed = [
      'time',
      'level',
      'event',
      'request',
      'case',
      'duration_ms',
      'code',
      'role',
      'epoch',
      'partition',
      'count',
      'bytes',
    ]
    expect([...fields].filter((field) => !allowed.includes(field))).toEqual([])
  })

  test('are in no refusal', () => expect(hitsIn(refusals.join('\n'))).toEqual([]))

  test('are in no metric, whose names, labels and values are from closed sets', async () => {
    const { text } = await house.platform('GET', '/metrics')
    // The harmless pictures that lists are tried on are called canaries, too.
    expect(hitsIn(text.replaceAll('lamplighter_canary_hits_total', ''))).toEqual([])
    const declared = new Set([...text.matchAll(/^# TYPE (\S+) (?:counter|gauge|histogram)$/gm)].map(([, name]) => name))
    const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(series.length).toBeGreaterThan(50)
    const rules = house.context.registry.live().program.ruleset.rules.map(({ name }) => name)
    const lists = (await house.rows('lists')).map(({ id }) => String(id))
    const values: Record<string, readonly string[]> = {
      route: [...endpoints.map(({ id }) => id), 'page', 'unknown'],
      status: ['2xx', '3xx', '4xx', '5xx'],
      type: [...house.context.registry.live().schema.events.keys(), ...MEDIA_TYPES],
      format: MEDIA_TYPES,
      build: ['wasm', 'libvips', 'ffmpeg'],
      path: ['fresh', 'tables', 'flat'],
      matchable: ['yes', 'no'],
      verdict: ['allow', 'limit', 'hold', 'block'],
      signal: [...house.context.intake.bench.providers.keys(), ...lists, 'media.bytes'],
      why: [
        'late',
        'broken',
        'not_sent',
        'not_measured',
        'damaged',
        'no_decoder',
        'too_large',
        'unsupported',
        'down',
        'stale',
        // Why a decoder was replaced.
        ...['died', 'worked', 'aged', 'cpu'],
      ],
      rule: rules,
      mode: ['live'],
      lane: shippedLanes.map(({ id }) => id),
      kind: ['webhook', 'poll'],
      list: lists,
      group: ['follow'],
      queue: ['review.settle', 'schedule'],
      result: ['delivered', 'failed', 'gone', 'lost', 'fault', 'known', 'unknown'],
      log: ['actions', 'sealed'],
      switch: ['eu.private_scan', 'uk.private_scan', 'us.private_scan'],
      le: ['+Inf', ...Array.from(new Set([...text.matchAll(/le="([\d.]+)"/g)].map(([, le]) => String(le))))],
    }
    for (const line of series) {
      const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      expect([line, declared.has(name) || declared.has(name.replace(/_(bucket|sum|count)$/, ''))]).toEqual([line, true])
      expect(name).toMatch(/^lamplighter_/)
      expect(Number.isFinite(Number(value))).toBe(true)
      for (const [, label = '', given = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
        expect([line, values[label]?.includes(given) === true || given === 'other']).toEqual([line, true])
      }
    }
  })

  test('and the metrics say what happened', async () => {
    const { text } = await house.platform('GET', '/metrics')
    const value = (series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1],
      )
    expect(value('lamplighter_events_total{type="message",verdict="hold"}')).toBe(1)
    expect(value('lamplighter_screen_duration_seconds_count{type="upload",verdict="block"}')).toBe(1)
    expect(text).toMatch(/^lamplighter_rule_fired_total\{rule="(?!other)\w+",mode="live"\} \d+$/m)
    expect(value('lamplighter_lane_waiting{lane="csea-verified"}')).toBe(1)
    expect(value('lamplighter_list_age_seconds{list="threat_terms"}')).toBeGreaterThan(0)
    expect(value('lamplighter_stream_lag_records{group="follow"}')).toBe(0)
    expect(value('lamplighter_db_size_bytes')).toBeGreaterThan(100_000)
    expect(value('lamplighter_jobs_parked{queue="review.settle"}')).toBe(0)
  })

  test('nothing went wrong on our side', () => expect(house.failures).toEqual([]))
})
