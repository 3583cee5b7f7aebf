import { parseDigest, parsePdq } from '@lamplighter/matching'
import { AppError } from '../../http/errors.ts'
import type { PageCall } from '../../http/route.ts'
import type { MatchDesk, Subject } from '../../signals/index.ts'
import { type Bank, contentId } from './banks.ts'
import { isSignalType, SIGNALS, type SignalType } from './media.ts'

/** As HMA writes a match: the distance is a string. */
export interface BankMatch {
  readonly bank_content_id: number
  readonly distance: string
}

/** Matches by bank, and the banks that could not tell. */
export interface Found {
  readonly matches: Readonly<Record<string, readonly BankMatch[]>>
  readonly unsure: readonly string[]
}

/**
 * Asks banks about one subject. HMA has no word for *unknown*: where nothing matches and a bank cannot tell, that is refused; where
 * something matches, the banks that cannot tell are named beside it.
 *
 * @throws AppError `not_ready` · `rate_limited`
 */
export async function lookedUp(
  desk: MatchDesk,
  call: PageCall,
  banks: readonly Bank[],
  subject: Subject,
): Promise<Found> {
  const lists = banks.map(({ list }) => list)
  const [answers] = await desk.ask(call, lists, [subject])
  const results = banks.flatMap((bank) => {
    const result = answers?.of(bank.list.id)
    return result === undefined ? [] : [{ bank, result }]
  })
  const matches = Object.fromEntries(
    results
      .filter(({ result }) => result.state === 'hit')
      .map(({ bank, result }) => [bank.name, result.hits.map((hit) => matchOf(bank, hit))]),
  )
  const unsure = results.filter(({ result }) => result.state === 'unknown')
  const [first] = unsure
  if (first !== undefined && Object.keys(matches).length === 0) {
    throw new AppError(
      'not_ready',
      `The bank ${first.bank.name} cannot tell (${first.result.why}); this is not "no match"`,
    )
  }
  return { matches, unsure: unsure.map(({ bank }) => bank.name) }
}

/** A sealed list says its name alone: entry 0, distance 0. */
const matchOf = (
  bank: Bank,
  hit: { readonly entry?: number | undefined; readonly distance?: number | undefined },
): BankMatch => ({
  bank_content_id: contentId(bank, hit.entry ?? 0),
  distance: String(hit.distance ?? 0),
})

/** `?signal=&signal_type=`: HMA's hashes carry no quality, so it is taken for good. @throws AppError `invalid` */
export function askedSignal(query: URLSearchParams): { readonly type: SignalType; readonly subject: Subject } {
  const type = required(query, 'signal_type')
  const signal = required(query, 'signal')
  return { type: signalType(type), subject: subjectOfSignal(signalType(type), signal) }
}

/** @throws AppError `invalid` */
export function signalType(name: string): SignalType {
  if (isSignalType(name)) return name
  throw new AppError('invalid', `No such SignalType: expected one of ${Object.keys(SIGNALS).join(', ')}`)
}

/** @throws AppError `invalid` */
export function subjectOfSignal(type: SignalType, signal: string): Subject {
  if (type === 'pdq') {
    const pdq = parsePdq(signal)
    if (pdq === undefined) throw new AppError('invalid', 'invalid signal: expected 64 hex digits of a PDQ hash')
    return { readings: [{ pdq, quality: 100, variants: [] }], digests: new Map(), visual: true }
  }
  const digest = signal.length === 32 ? parseDigest(signal) : undefined
  if (digest === undefined) throw new AppError('invalid', 'invalid signal: expected the 32 hex digits of an MD5')
  return { readings: [], digests: new Map([['md5', digest]]), visual: false }
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value === null || value === '') throw new AppError('invalid', `${name} is required`)
  return value
}
