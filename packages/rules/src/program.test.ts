import { describe, expect, test } from 'vitest'
import { must, rule, ruleset } from '../test/files.ts'
import {
  canonicalJson,
  compile,
  explain,
  type Judgement,
  type Lists,
  type Measured,
  merge,
  normalise,
  type Program,
  renderExplanation,
} from './index.ts'

const BODY = `
list faces: phash sealed from "x"
list words: text from "x"
signal threat: score from learner_threat(item.text) within 40ms
let strong = threat >= 0.9
${rule({
  name: 'faces_seen v2',
  head: 'harm csea policy "C-1" severity critical phase gate',
  on: 'on message, upload',
  when: 'media.pdq near faces',
  effects: 'block, preserve for 90d, queue "csea-verified" within 15m',
  unknown: 'on unknown hold for 2m then release, queue "unscreened-media" within 1h',
  because: '{media.id} of {actor.id}, {actor.age} old {{}',
  tell: 'tell user "We removed this.", de "Entfernt."',
})}
${rule({
  name: 'words_seen v1',
  when: 'item.text contains any words and actor.age < 3d',
  effects: 'limit "links" for 1h, queue "reports" within 4h',
  unknown: 'on unknown hold for 5m then release, queue "unscreened-media" within 30m',
  because: 'words',
  tell: 'tell user "Links are limited."',
})}
${rule({ name: 'threats v1', head: 'harm threat_to_life policy "T-1" severity high phase follow', when: 'strong or threat is unknown', effects: 'queue "life-at-risk" within 10m', unknown: 'on unknown queue "life-at-risk" within 30m', because: 'score {threat}, strong: {strong}' })}
`
const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'
const lists: Lists = {
  get: (name) => ({
    version: `${name}@3`,
    find: (_, value) =>
      value === PDQ
        ? { entry: 'entry-7', distance: 4 }
        : value.includes('word')
          ? { entry: 'word', from: 2, to: 6 }
          : null,
  }),
}
const program: Program = compile(ruleset(BODY))
const seal = (value: string) => `h${value.length}`

function judge(
  records: Record<string, unknown>,
  measured: Measured = {},
  phase: 'gate' | 'follow' = 'gate',
  from = lists,
): Judgement {
  const json = { id: 'm-1', occurred_at: '2026-01-01T09:00:00Z', actor: { id: 'a' }, item: { id: 'm-1' }, ...records }
  const normal = normalise(program.ruleset.schema, 'message', json)
  if ('problems' in normal) throw new Error(JSON.stringify(normal.problems))
  return program.judge(program.plan(normal.event, measured, from), [], phase)
}

const picture = { media: { id: 'f-1', type: 'image', pdq: [PDQ] } }

describe('judging', () => {
  test('fired and unknown rules are told with their effects, quiet ones left out', () => {
    expect(judge(picture).results).toEqual([
      {
        rule: 'faces_seen',
        version: 2,
        outcome: 'fired',
        effects: [
          { do: 'block' },
          { do: 'preserve', for: 90 * 86_400_000 },
          { do: 'queue', what: 'csea-verified', within: 900_000 },
        ],
      },
    ])
    const unknown = judge({ media: { id: 'f', type: 'image' } })
    expect(unknown.results.map((one) => [one.rule, one.outcome])).toEqual([['faces_seen', 'unknown']])
    expect(judge({}).results).toEqual([])
  })

  test('only what a phase reads is to be measured', () => {
    expect(program.signals('message', 'gate')).toEqual([])
    expect(
      program.signals('message', 'follow').map((need) => [need.name, need.provider, need.inputs, need.within]),
    ).toEqual([['threat', 'learner_threat', ['item.text'], 40]])
    expect(program.signals('upload', 'follow')).toEqual([])
    expect(program.plan({ id: 'x', kind: 'message', occurred_at: '' }, {}, lists).ops).toEqual([])
  })

  test.each([
    [{ known: true, value: 0.95 }, 'fired'],
    [{ known: true, value: 0.2 }, undefined],
    [{ known: false, why: 'late' }, 'fired'],
    [{ known: 'off', switch: 'models/de' }, undefined],
    [{ known: 'none' }, undefined],
    [{ known: true, value: Number.NaN }, 'fired'],
  ] as const)('a signal that is %j: %s', (threat, outcome) => {
    const judged = judge({ item: { id: 'i', text: 'x' } }, { threat }, 'follow')
    expect(judged.results[0]?.outcome).toBe(outcome)
  })
})

describe('merging (rules 7.2)', () => {
  const both = { ...picture, item: { id: 'i', text: 'a word' } }

  test('block absorbs a hold and names its rule too; the earliest queue wins', () => {
    const verdict = merge([{ judgement: judge(both), mode: 'live' }])
    expect(verdict.verdict).toBe('block')
    expect(verdict.effects.map((effect) => [effect.do, effect.rules])).toEqual([
      ['block', ['demo/faces_seen', 'demo/words_seen']],
      ['queue', ['demo/faces_seen']],
      ['queue', ['demo/words_seen']],
      ['preserve', ['demo/faces_seen']],
    ])
  })

  test('equal effects of two undecided rules become one: the longest hold, the earliest queue', () => {
    const judgement = judge({ media: { id: 'f', type: 'image' }, item: { id: 'i', text: 'a word' } })
    const rulesOf = ['demo/faces_seen', 'demo/words_seen']
    expect(merge([{ judgement, mode: 'live' }])).toEqual({
      verdict: 'hold',
      effects: [
        { do: 'hold', until: 'release', for: 300_000, rules: rulesOf },
        { do: 'queue', what: 'unscreened-media', within: 1_800_000, rules: rulesOf },
      ],
    })
  })

  test('shadow and paused only record, trial acts', () => {
    const judgement = judge(picture)
    expect(
      merge([
        { judgement, mode: 'shadow' },
        { judgement, mode: 'paused' },
      ]),
    ).toEqual({ verdict: 'allow', effects: [] })
    expect(merge([{ judgement, mode: 'trial' }]).verdict).toBe('block')
  })
})

describe('explaining (rules 7.7)', () => {
  test('every question of a rule with its answer; nothing sealed is shown', () => {
    const explanation = judge(picture).explain(seal)
    expect(explanation).toMatchObject({
      format: 1,
      phase: 'gate',
      verdict: 'block',
      event: { id: 'm-1', kind: 'message', occurred_at: '2026-01-01T09:00:00.000Z', flags: [] },
      rules: [
        {
          rule: 'demo/faces_seen',
          version: 2,
          outcome: 'fired',
          because: 'f-1 of a, unknown old {}',
          tell: { default: 'We removed this.', de: 'Entfernt.' },
          clauses: [
            {
              text: 'media.pdq near faces',
              outcome: true,
              values: { 'media.pdq': ['sealed:h64'], faces: { hit: true, entry: 'sealed:h7', distance: 4 } },
            },
          ],
        },
      ],
      undecided: [],
      lists: { faces: 'faces@3' },
    })
    const text = canonicalJson(explanation as never)
    expect(text).not.toContain(PDQ)
    expect(text).not.toContain('entry-7')
    expect(canonicalJson(judge(picture).explain(seal) as never)).toBe(text)
    expect(renderExplanation(explanation)).toBe(
      `message m-1 → block (gate)
  demo/faces_seen v2  fired
    true   media.pdq near faces  sealed:h64, hit sealed:h7 at distance 4
`,
    )
  })

  test('an undecided rule names only what could still turn it', () => {
    const explanation = judge({ item: { id: 'i', text: 'a word' } }).explain(seal)
    expect(explanation.undecided).toEqual([{ rule: 'demo/words_seen', because_of: ['field:actor.age'] }])
    expect(explanation.rules[0]?.clauses.map((clause) => [clause.outcome, clause.values])).toEqual([
      [true, { 'item.text': 'sealed:h6', words: { hit: true, entry: 'word', from: 2, to: 6 } }],
      [null, { 'actor.age': { unknown: true } }],
    ])
    const down = judge({ ...picture }, {}, 'gate', { get: () => undefined }).explain(seal)
    expect(down.undecided).toEqual([{ rule: 'demo/faces_seen', because_of: ['list:faces'] }])
    expect(down.lists).toEqual({ faces: null })
  })

  test('a signal tells its model and why it is not known; a printed let is its answer', () => {
    const measured: Measured = { threat: { known: false, why: 'late', model: 'threat-en@3', ms: 40 } }
    const late = judge({ item: { id: 'i', text: 'x' } }, measured, 'follow').explain(seal)
    expect(late.signals).toEqual({ threat: { value: null, why: 'late', model: 'threat-en@3', ms: 40 } })
    expect(late.rules[0]?.because).toBe('score unknown, strong: unknown')
    const strong = judge({ item: { id: 'i', text: 'x' } }, { threat: { known: true, value: 0.95 } }, 'follow').explain(
      seal,
    )
    expect(strong.rules[0]?.because).toBe('score 0.95, strong: true')
    expect(strong.signals).toEqual({ threat: { value: 0.95 } })
  })

  test('several rule sets are explained together, with the decision', () => {
    const judgement = judge(picture)
    const explanation = explain(
      [
        { judgement, mode: 'live' },
        { judgement, mode: 'shadow' },
      ],
      seal,
      'dec_7Q',
    )
    expect(explanation.decision).toBe('dec_7Q')
    expect(explanation.rules.map((one) => one.mode)).toEqual(['live', 'shadow'])
    expect(must(explanation.effects[0]).rules).toEqual(['demo/faces_seen'])
  })
})
