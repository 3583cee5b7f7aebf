import { expect, test } from 'vitest'
import { countFaults, findingsOf, logFaults } from './testing/findings.ts'
import type { Acknowledged } from './testing/platform.ts'
import type { Heard } from './testing/receiver.ts'
import type { Truth } from './testing/truth.store.ts'

const said: Acknowledged = {
  events: new Map([
    ['s-1', 'plain'],
    ['s-2', 'link'],
  ]),
  reports: new Map([['r-1', { id: 'rep_1', commitment: 'cA==' }]]),
  decisions: new Map([['dec_9', { case: 7, choice: 'remove', commitment: 'ZA==' }]]),
}
const truth: Truth = {
  integrity: 'ok',
  seen: ['harbour|message|s-1', 'harbour|message|s-2'],
  verdicts: [{ id: 'dec_1', event: 'harbour|message|s-2' }],
  reports: [{ id: 'rep_1', event: 'harbour|report|r-1' }],
  decisions: [{ id: 'dec_9', case: 7 }],
  actions: [
    { id: 'act_1', decision: 'dec_1', do: 'remove', undoes: false, withdrawn: false },
    { id: 'act_2', decision: 'dec_1', do: 'limit', undoes: false, withdrawn: false },
    { id: 'act_3', decision: 'dec_9', do: 'remove', undoes: false, withdrawn: false },
  ],
  notices: [],
  commitments: ['cA==', 'ZA=='],
  logged: ['a', 'b'],
  counts: [
    { counter: 'in_room', room: 'room-0', low: 0, high: 0 },
    { counter: 'in_room', room: 'room-1', low: 1, high: 1 },
    { counter: 'met_in_room', room: 'room-2', low: 1, high: 1 },
    { counter: 'mutuals_in_room', room: 'room-2', low: 0, high: 0 },
    { counter: 'family_in_room', room: 'room-2', low: 0, high: 1 },
  ],
}
const letter = (action: string): Heard => ({
  type: 'action.requested',
  action,
  do: null,
  account: null,
  times: 1,
  restates: false,
})
const heard = new Map([
  ['msg_1', letter('act_1')],
  ['msg_2', letter('act_2')],
  ['msg_3', letter('act_3')],
])

test('an action that is told again because an older letter came late is no second effect; one under two ids is', () => {
  const again = (restates: boolean) => new Map([...heard, ['msg_4', { ...letter('act_3'), restates }]])
  expect(findingsOf(said, truth, { heard: again(true) })).toEqual([])
  expect(findingsOf(said, truth, { heard: again(false) })).toEqual(['the receiver was asked for act_3 under 2 ids'])
})

test('a whole history has no findings', () => {
  expect(findingsOf(said, truth, { heard })).toEqual([])
  expect(countFaults(said, truth)).toEqual([])
  expect(logFaults(truth)).toEqual([])
})

test.each([
  ['in_room', 1, 2, 'in_room of room-1: expected 1 to 1, found 1 to 2'],
  ['in_room', 0, 1, 'in_room of room-1: expected 1 to 1, found 0 to 1'],
  ['in_room', 2, 2, 'in_room of room-1: expected 1 to 1, found 2 to 2'],
  ['met_in_room', 2, 2, 'met_in_room of room-1: expected 1 to 1, found 2 to 2'],
  ['mutuals_in_room', 1, 1, 'mutuals_in_room of room-1: expected 0 to 0, found 1 to 1'],
  ['family_in_room', 1, 1, 'family_in_room of room-1: expected 0 to 0, found 1 to 1'],
] as const)('%s that says %i to %i of one event is found', (counter, low, high, words) => {
  expect(countFaults(said, { ...truth, counts: [{ counter, room: 'room-1', low, high }] })).toEqual([words])
})

test('a line that is lost, and one that is there twice, are found', () => {
  expect(logFaults({ ...truth, logged: ['a'] })).toEqual(['the replay log holds 1 of 2 events'])
  expect(logFaults({ ...truth, logged: ['a', 'b', 'b'] })).toEqual(['the replay log holds 1 line(s) twice'])
})

test.each<[string, Partial<Truth>]>([
  ['event s-1 (plain) is lost', { seen: ['harbour|message|s-2'] }],
  ['event s-2 (link): expected 1 verdict(s), found 0', { verdicts: [] }],
  ['event s-2 (link): expected 1 verdict(s), found 2', { verdicts: [...truth.verdicts, ...truth.verdicts] }],
  ['report r-1: expected one row rep_1, found 0', { reports: [] }],
  ['report r-1: what was promised is not in the ledger', { commitments: ['ZA=='] }],
  ['decision dec_9 is lost', { decisions: [] }],
  ['case 7 was decided 2 times', { decisions: [...truth.decisions, { id: 'dec_8', case: 7 }] }],
  ['the database is damaged: row 3 missing', { integrity: 'row 3 missing' }],
  [
    'decision dec_9: expected the measures "remove", found "remove,remove"',
    { actions: [...truth.actions, { id: 'act_4', decision: 'dec_9', do: 'remove', undoes: false, withdrawn: false }] },
  ],
  ['the receiver was asked for act_3, which is not in the database', { actions: truth.actions.slice(0, 2) }],
])('a fault is found: %s', (words, changed) => {
  expect(findingsOf(said, { ...truth, ...changed }, { heard })).toContain(words)
})

test('an effect under two ids, and one that was never asked for, are found', () => {
  const doubled = new Map([...heard, ['msg_4', letter('act_1')]])
  expect(findingsOf(said, truth, { heard: doubled })).toEqual(['the receiver was asked for act_1 under 2 ids'])
  const unsaid = new Map([...heard].slice(1))
  expect(findingsOf(said, truth, { heard: unsaid })).toEqual(['the receiver was never asked for act_1 (remove)'])
})
