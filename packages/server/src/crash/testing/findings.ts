import { type Acknowledged, type CounterName, type Facts, factsOf, follows } from './platform.ts'
import type { CountingReceiver } from './receiver.ts'
import type { Truth } from './truth.store.ts'

/**
 * What is wrong after a history of crashes, each fault in words; empty when no acknowledged thing is missing and no effect is there twice
 * (platform.md §20).
 */
export function findingsOf(said: Acknowledged, truth: Truth, receiver: Pick<CountingReceiver, 'heard'>): string[] {
  return [
    ...(truth.integrity === 'ok' ? [] : [`the database is damaged: ${truth.integrity}`]),
    ...eventFaults(said, truth),
    ...reportFaults(said, truth),
    ...decisionFaults(said, truth),
    ...effectFaults(truth, receiver),
  ]
}

/**
 * Every event that was seen has its one line in the replay log, whenever the server died. True only when every event that was sent has been
 * followed.
 */
export function logFaults({ seen, logged }: Truth): string[] {
  const twice = logged.length - new Set(logged).size
  return [
    ...(twice === 0 ? [] : [`the replay log holds ${twice} line(s) twice`]),
    ...(logged.length - twice === seen.length
      ? []
      : [`the replay log holds ${logged.length - twice} of ${seen.length} events`]),
  ]
}

/**
 * Counters against brute force over what was acknowledged: each event counts once, however often it was sent and whenever the server died
 * (rules.md §11.5). True only when every event that was sent has its answer.
 */
export function countFaults({ events }: Acknowledged, { counts }: Truth): string[] {
  const sent = Map.groupBy([...events.keys()].map(factsOf), ({ room }) => room)
  return counts.flatMap(({ counter, room, low, high }) => {
    const expected = BRUTE_FORCE[counter](sent.get(room) ?? [])
    return low === expected.low && high === expected.high
      ? []
      : [`${counter} of ${room}: expected ${expected.low} to ${expected.high}, found ${low} to ${high}`]
  })
}

const exactly = (number: number) => ({ low: number, high: number })

/** What each counter must say of the messages of a room. */
const BRUTE_FORCE: Readonly<Record<CounterName, (sent: readonly Facts[]) => { low: number; high: number }>> = {
  in_room: (sent) => exactly(sent.length),
  met_in_room: (sent) => exactly(new Set(sent.map(({ friend }) => friend)).size),
  mutuals_in_room: (sent) => exactly(sent.reduce((sum, { mutuals }) => sum + mutuals, 0)),
  family_in_room: (sent) => {
    const low = sent.filter(({ family }) => family === true).length
    return { low, high: low + sent.filter(({ family }) => family === undefined).length }
  },
}

function eventFaults({ events }: Acknowledged, truth: Truth): string[] {
  const seen = new Set(truth.seen)
  const verdicts = Map.groupBy(truth.verdicts, ({ event }) => event)
  const does = doesOf(truth)
  return [...events].flatMap(([id, mood]) => {
    const key = `harbour|message|${id}`
    if (!seen.has(key)) return [`event ${id} (${mood}) is lost`]
    const kept = verdicts.get(key) ?? []
    const expected = follows[mood]
    if (kept.length !== expected.verdicts)
      return [`event ${id} (${mood}): expected ${expected.verdicts} verdict(s), found ${kept.length}`]
    const found = kept.flatMap((verdict) => does.get(verdict.id) ?? []).sort()
    if (found.join() === expected.does.join()) return []
    return [`event ${id} (${mood}): expected the measures ${expected.does}, found ${found}`]
  })
}

function reportFaults({ reports }: Acknowledged, truth: Truth): string[] {
  const rows = Map.groupBy(truth.reports, ({ event }) => event)
  const commitments = new Set(truth.commitments)
  return [...reports].flatMap(([key, { id, commitment }]) => {
    const found = rows.get(`harbour|report|${key}`) ?? []
    if (found.length !== 1 || found[0]?.id !== id)
      return [`report ${key}: expected one row ${id}, found ${found.length}`]
    return commitments.has(commitment) ? [] : [`report ${key}: what was promised is not in the ledger`]
  })
}

function decisionFaults({ decisions }: Acknowledged, truth: Truth): string[] {
  const cases = Map.groupBy(truth.decisions, (row) => row.case)
  const there = new Set(truth.decisions.map(({ id }) => id))
  const commitments = new Set(truth.commitments)
  const does = doesOf(truth)
  return [...decisions].flatMap(([id, { case: number, choice, commitment }]) => {
    if (!there.has(id)) return [`decision ${id} is lost`]
    if (!commitments.has(commitment)) return [`decision ${id}: what was promised is not in the ledger`]
    if (cases.get(number)?.length !== 1) return [`case ${number} was decided ${cases.get(number)?.length} times`]
    const found = (does.get(id) ?? []).join()
    const expected = choice === 'remove' ? 'remove' : ''
    return found === expected ? [] : [`decision ${id}: expected the measures "${expected}", found "${found}"`]
  })
}

// A message may come twice under its id. The same effect under two ids would be carried out twice.
function effectFaults(truth: Truth, { heard }: Pick<CountingReceiver, 'heard'>): string[] {
  const messages = [...heard.values()].filter(({ type }) => type === 'action.requested')
  const told = Map.groupBy(messages, ({ action }) => action)
  const known = new Set(truth.actions.map(({ id }) => id))
  const strange = [...told.keys()].filter((action) => action === null || !known.has(action))
  const twice = [...told].filter(([, letters]) => letters.filter(({ restates }) => !restates).length > 1)
  const unsaid = truth.actions.filter(({ id, undoes, withdrawn }) => !undoes && !withdrawn && !told.has(id))
  return [
    ...strange.map((action) => `the receiver was asked for ${action}, which is not in the database`),
    ...twice.map(([action, letters]) => `the receiver was asked for ${action} under ${letters.length} ids`),
    ...unsaid.map(({ id, do: act }) => `the receiver was never asked for ${id} (${act})`),
  ]
}

/** What each decision asks for, without what takes something back. */
function doesOf({ actions }: Truth): Map<string, string[]> {
  const asked = Map.groupBy(
    actions.filter(({ undoes }) => !undoes),
    ({ decision }) => decision,
  )
  return new Map([...asked].map(([decision, rows]) => [decision, rows.map((row) => row.do).sort()]))
}
