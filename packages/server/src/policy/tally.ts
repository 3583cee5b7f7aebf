import type { Judgement, Outcome } from '@lamplighter/rules'
import type { LiveRules } from './live.ts'
import type { HoursTable } from './rows.ts'

/** What one version said of one event, in the phases that are counted. */
export interface Said {
  readonly rules: LiveRules
  readonly judgements: readonly Judgement[]
}

export interface Observation {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly kind: string
  /** The person addressed, to count people; never kept. */
  readonly account: string | undefined
  readonly said: Said
  /** The live version's word on the same event, where `said` is that of a version beside it. */
  readonly against?: Said
}

/** Counts what rules say, by rule and hour, and hands the counts on from time to time. Nothing here can fail a verdict. */
export interface Tally {
  saw(seen: Observation): void
  /**
   * Judges with the version beside the live one when nobody waits any more. What fails is told and not counted, so that a version that
   * cannot judge never has its shadow minimum; what is too much at once is left out.
   */
  later(judge: () => Promise<Observation>): void
  /** Writes what is new. Numbers are kept until they are written. */
  flush(): Promise<void>
}

/** Events that wait for the version beside, at most. */
const WAITING = 1_000
const HOUR_MS = 3_600_000

type Count = Pick<HoursTable, 'asked' | 'fired' | 'undecided' | 'only_new' | 'only_live' | 'people'>
const NOTHING: Count = { asked: 0, fired: 0, undecided: 0, only_new: 0, only_live: 0, people: 0 }

/** The counts of one version in one hour, beside one live version or none. */
interface Slot {
  readonly hour: number
  readonly rules: LiveRules
  readonly against: LiveRules | undefined
  /** Events by phase and kind: what each rule was asked follows from its kinds. */
  readonly events: Map<string, number>
  readonly said: Map<string, Omit<Count, 'asked' | 'people'> & { readonly accounts: Set<string> }>
  readonly written: Map<string, Count>
}

/**
 * @param write adds these numbers to what is kept; when it fails they are written the next time
 * @param onFailure told when the version beside cannot judge
 */
export function makeTally(parts: { write(rows: HoursTable[]): Promise<void>; onFailure(error: unknown): void }): Tally {
  const slots = new Map<string, Slot>()
  const waiting = new Set<Promise<void>>()
  let turn: Promise<void> = Promise.resolve()
  let latest = 0

  const slotOf = ({ now, said, against }: Observation): Slot => {
    const hour = now - (now % HOUR_MS)
    const key = `${hour} ${said.rules.hash} ${against?.rules.hash ?? ''}`
    const found = slots.get(key)
    if (found !== undefined) return found
    const made: Slot = {
      hour,
      rules: said.rules,
      against: against?.rules,
      events: new Map(),
      said: new Map(),
      written: new Map(),
    }
    slots.set(key, made)
    return made
  }

  const writeNew = async (): Promise<void> => {
    await Promise.all(waiting)
    for (const [key, slot] of slots) {
      const totals = totalsOf(slot)
      const rows = [...totals].flatMap(([rule, total]) => {
        const delta = minus(total, slot.written.get(rule) ?? NOTHING)
        const { name, version } = slot.rules
        return Object.values(delta).some((count) => count > 0)
          ? [{ name, version, rule, hour: slot.hour, ...delta }]
          : []
      })
      if (rows.length > 0) await parts.write(rows)
      for (const [rule, total] of totals) slot.written.set(rule, total)
      if (slot.hour + HOUR_MS <= latest) slots.delete(key)
    }
  }

  const saw = (seen: Observation): void => {
    latest = Math.max(latest, seen.now)
    count(slotOf(seen), seen)
  }

  return {
    saw,
    later(judge) {
      if (waiting.size >= WAITING) return
      const judging = new Promise<void>((resolve) => setImmediate(resolve))
        .then(judge)
        .then(saw)
        .catch(parts.onFailure)
        .finally(() => waiting.delete(judging))
      waiting.add(judging)
    },
    flush() {
      const next = turn.then(writeNew)
      turn = next.catch(() => undefined)
      return next
    },
  }
}

function count(slot: Slot, { kind, account, said, against }: Observation): void {
  for (const judgement of said.judgements) {
    const key = `${judgement.phase} ${kind}`
    slot.events.set(key, (slot.events.get(key) ?? 0) + 1)
    const other = against?.judgements.find(({ phase }) => phase === judgement.phase)
    for (const { rule, outcome } of judgement.results) {
      const counts = countsOf(slot, rule)
      if (outcome === 'unknown') counts.undecided += 1
      if (outcome !== 'fired') continue
      counts.fired += 1
      if (account !== undefined) counts.accounts.add(account)
      if (other !== undefined && outcomeOf(other, rule) !== 'fired') counts.only_new += 1
    }
    for (const { rule, outcome } of other?.results ?? []) {
      if (outcome === 'fired' && outcomeOf(judgement, rule) !== 'fired') countsOf(slot, rule).only_live += 1
    }
  }
}

const outcomeOf = ({ results }: Judgement, rule: string): Outcome =>
  results.find((result) => result.rule === rule)?.outcome ?? 'quiet'

function countsOf(slot: Slot, rule: string) {
  const found = slot.said.get(rule)
  if (found !== undefined) return found
  const made = { fired: 0, undecided: 0, only_new: 0, only_live: 0, accounts: new Set<string>() }
  slot.said.set(rule, made)
  return made
}

/** Every rule of either version: one that is gone was asked, too, and says nothing. */
function totalsOf(slot: Slot): Map<string, Count> {
  const own = slot.rules.program.ruleset.rules
  const gone = (slot.against?.program.ruleset.rules ?? []).filter(({ name }) => own.every((rule) => rule.name !== name))
  return new Map(
    [...own, ...gone].map((rule) => {
      const asked = rule.on.reduce((sum, kind) => sum + (slot.events.get(`${rule.phase} ${kind}`) ?? 0), 0)
      const { accounts, ...counts } = slot.said.get(rule.name) ?? { ...NOTHING, accounts: new Set<string>() }
      return [rule.name, { ...NOTHING, ...counts, asked, people: accounts.size }]
    }),
  )
}

const minus = (a: Count, b: Count): Count => ({
  asked: a.asked - b.asked,
  fired: a.fired - b.fired,
  undecided: a.undecided - b.undecided,
  only_new: a.only_new - b.only_new,
  only_live: a.only_live - b.only_live,
  people: a.people - b.people,
})
