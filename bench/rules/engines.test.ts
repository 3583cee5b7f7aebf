import { describe, expect, test } from 'vitest'
import { normalise, readSchema } from '../../packages/rules/src/index.ts'
import { differences } from './differences.ts'
import type { Engine } from './engine.ts'
import { celJs } from './engines/cel-js.ts'
import { jsonLogic } from './engines/json-logic.ts'
import { jsonRules } from './engines/json-rules.ts'
import { peer } from './engines/peer.ts'
import { sqrl } from './engines/sqrl.ts'
import { wick } from './engines/wick.ts'
import { eventsOf, rulesOf } from './generate.ts'
import { installPeers } from './install.ts'
import type { Clause, Event, Rule } from './neutral.ts'
import { wickEventOf, wickSchema } from './print/wick.ts'

interface Murmur {
  readonly x64: { hash128(value: string, seed: number): Buffer }
  readonly x86: { hash32(value: string, seed: number): number }
}

const rules = rulesOf(100)
const events = eventsOf(300)
const missing = installPeers()
const why = missing === undefined ? '' : ` (skipped: ${missing})`

test('Wick reads the rules as they are meant', () => expectMeant(wick))

test('an event of Wick is in its normal form', () => {
  const { schema } = readSchema({ name: 'neutral.schema.wick', text: wickSchema })
  if (schema === undefined) throw new Error('the schema does not check')
  for (const event of events.map(wickEventOf))
    expect(normalise(schema, 'action', event)).toEqual({ event, ignored: [] })
})

describe.skipIf(missing !== undefined)(`the peers read the rules as they are meant${why}`, () => {
  test('SQRL', () => expectMeant(sqrl))
  test('cel-js', () => expectMeant(celJs))
  test('json-rules-engine', () => expectMeant(jsonRules))
  test('json-logic-js', () => expectMeant(jsonLogic))

  test('what stands in for murmurhash3.js gives the published hashes', () => {
    const { x64, x86 } = peer<Murmur>('murmurhash3.js')
    expect(x64.hash128('hello', 0).toString('hex')).toBe('cbd8a7b341bd9b025b1e906a48ae1d19')
    expect(x86.hash32('hello', 0)).toBe(0x248b_fa47)
  })
})

test('a difference names the event and both decisions', () => {
  expect(differences(['r1', 'r1 r2', ''], ['r1', 'r2'])).toEqual([
    'event 1: [r1 r2] and [r2]',
    'event 2: [] and nothing',
  ])
  expect(differences(['r1'], ['r1'])).toEqual([])
})

async function expectMeant(engine: Engine): Promise<void> {
  const loaded = await engine.load(rules, events)
  for (const [index, event] of events.entries()) {
    const fired = [...(await loaded.decide(index))].sort()
    expect(fired, `event ${index}`).toEqual(firedOn(event))
  }
}

/** What the neutral rules say, read plainly. What is missing holds nothing. */
function firedOn(event: Event): string[] {
  const fires = ({ all, either }: Rule): boolean =>
    all.every((clause) => holds(clause, event)) &&
    (either.length === 0 || either.some((clause) => holds(clause, event)))
  return rules
    .filter(fires)
    .map(({ name }) => name)
    .sort()
}

function holds(clause: Clause, event: Event): boolean {
  switch (clause.ask) {
    case 'below':
      return event[clause.of] < clause.value
    case 'atLeast':
      return event[clause.of] >= clause.value
    case 'above':
      return event[clause.of] > clause.value
    case 'is':
      return event[clause.of] === clause.value
    case 'in':
      return clause.values.includes(event[clause.of])
    case 'matches':
      return new RegExp(clause.pattern).test(event[clause.of])
    case 'true':
      return event[clause.of]
  }
}
