import fc from 'fast-check'

/** Random conditions over the fields of a chat message, as written; every one passes the checks of names and types. */
export const { condition } = fc.letrec<{ condition: string; leaf: string; number: string; duration: string }>(
  (tie) => ({
    number: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          'item.link_count',
          'tie.mutuals',
          'media.count',
          'media.size',
          'heat',
          'speed',
          'twice',
          'sent',
        ),
      },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 4 }).map(String) },
      fc
        .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('number').map((one) => `-${one}`),
    ),
    duration: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('actor.age', 'target.age', '1h', '2d') },
      fc.tuple(tie('duration'), fc.constantFrom('+', '-'), tie('duration')).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(tie('duration'), fc.constantFrom('*', '/'), tie('number')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    ),
    leaf: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('actor.verified', 'tie.connected', 'item.forwarded', 'calm'),
      fc
        .tuple(tie('number'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('number'))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      fc
        .tuple(tie('duration'), fc.constantFrom('==', '!=', '<', '>='), tie('duration'))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      fc.constantFrom(
        'actor.kind == "bot"',
        'actor.kind != "news"',
        'actor.kind in ["bot", "news"]',
        'actor.kind == target.kind',
        'target.age_band != "minor"',
      ),
      fc.constantFrom(
        'item.text contains "ab"',
        'item.text == "ab"',
        'item.text matches `a[ab]*c`',
        'item.text contains any words',
        'actor.country == item.language',
      ),
      fc.constantFrom(
        'item.links in bad',
        'item.links contains "bad.example"',
        'media.pdq near faces',
        'media.digests in hashes',
      ),
      fc
        .tuple(
          fc.constantFrom('actor.age', 'tie.mutuals', 'media.size', 'heat', 'item.text', '(actor.age + 1d)'),
          fc.constantFrom('known', 'unknown', 'none'),
        )
        .map(([a, what]) => `${a} is ${what}`),
      fc.constantFrom('tie is none', 'media is none', 'device is none'),
      fc.tuple(tie('condition'), fc.constantFrom('true', 'false')).map(([a, b]) => `(${a}) == ${b}`),
    ),
    condition: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      tie('leaf'),
      tie('condition').map((one) => `not (${one})`),
      fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a}) and (${b})`),
      fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a}) or (${b})`),
      fc.tuple(tie('leaf'), tie('leaf'), tie('leaf')).map(([a, b, c]) => `${a} and ${b} or not ${c}`),
    ),
  }),
)

export const DECLARED = `list bad: domain from "x"
list words: text from "x"
list faces: phash from "x"
list hashes: hash from "x"
signal heat: score from heater(item.text) within 40ms
signal speed: num from meter(item.id) within 40ms
let calm = item.link_count < 2 and not actor.verified
let twice = item.link_count * 2
counter sent = count by actor.id on message over 1h exact up to 50
`

const H = 'ab'.repeat(16)
const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom<T | null>(...values, null), { nil: undefined })
const account = fc.record(
  {
    id: fc.constantFrom('a', 'b'),
    age: maybe(0, 3_600_000, 400 * 86_400_000),
    age_band: maybe('minor', 'adult'),
    kind: maybe('person', 'news', 'bot'),
    verified: maybe(true, false),
    country: maybe('ab', 'de'),
  },
  { requiredKeys: ['id'] },
)

/** Random records of a message: each field may be missing (unknown) or null (none). */
export const records = fc.record(
  {
    actor: account,
    target: fc.option(account, { nil: undefined }),
    tie: fc.option(fc.record({ connected: maybe(true, false), mutuals: maybe(0, 1, 3) }), { nil: undefined }),
    item: fc.record({
      id: fc.constant('i'),
      text: maybe('ab', 'xabc', 'unsure', '', 'a word'),
      language: maybe('ab', 'de'),
      forwarded: maybe(true, false),
      links: maybe(['bad.example'], ['ok.example', 'unsure.example'], []),
      link_count: maybe(0, 1, 2, 3),
    }),
    media: fc.option(
      fc.record({
        id: fc.constant('f'),
        type: fc.constant('image'),
        count: maybe(1, 2),
        size: maybe(0, 4),
        digests: maybe([H], [], [null, H], [null]),
        pdq: maybe([H], ['cd'.repeat(16)], [null]),
      }),
      { nil: undefined },
    ),
  },
  { requiredKeys: ['actor', 'item'] },
)

export const measured = fc.record({
  heat: fc.option(
    fc.constantFrom(
      { known: true, value: 0.5 } as const,
      { known: false, why: 'late' } as const,
      { known: 'none' } as const,
    ),
    { nil: undefined },
  ),
  speed: fc.option(fc.constantFrom({ known: true, value: 2 } as const, { known: 'off', switch: 's' } as const), {
    nil: undefined,
  }),
})
