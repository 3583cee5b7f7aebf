import type { Event, EventKind } from '@lamplighter/rules'
import type { MediaVault } from '../evidence/index.ts'
import { privateScanOff, type SwitchSet } from '../policy/index.ts'
import type { Accepted } from './event.ts'
import { isReport } from './ruling.ts'
import { holdsContent } from './unread.ts'

/** Kinds that are made to be seen by everybody: public unless their room says that it is private. */
const PUBLISHED: ReadonlySet<string> = new Set(['post', 'profile_changed'])

/**
 * An event as its rules may read it (referrals.md §15): with its content taken out where it has a private audience and the switch of one of
 * its parties is off. What users report, encrypted kinds and kinds without content are left as they are.
 *
 * @param by.at when it is judged. It must be permitted then, and when the event came
 */
export async function asPermitted(
  accepted: Accepted,
  kind: EventKind | undefined,
  by: { readonly set: SwitchSet; readonly at: number; readonly vault: Pick<MediaVault, 'audienceOf'> },
): Promise<Accepted> {
  if (accepted.off !== undefined || kind === undefined || kind.encrypted || isReport(kind.name)) return accepted
  const { told } = accepted
  if (textAt(told, 'room', 'audience') === 'public') return accepted
  if (![...kind.members.values()].some(({ record }) => holdsContent(record))) return accepted
  const off = privateScanOff(by.set, partiesOf(told, kind), [accepted.receivedAt, by.at])
  if (off === undefined || (await isPublic(accepted, kind, by.vault))) return accepted
  return accepted.unread(off, kind)
}

/** Who may see it: what the room says, else what was said when its files were handed in, else what its kind is made for. */
export async function isPublic(
  accepted: Accepted,
  kind: EventKind,
  vault: Pick<MediaVault, 'audienceOf'>,
): Promise<boolean> {
  const audience = textAt(accepted.told, 'room', 'audience')
  if (audience !== undefined) return audience === 'public'
  if (kind.item === 'media' && accepted.files.length > 0) {
    const ids = accepted.files.map(({ id }) => id)
    return (await vault.audienceOf(accepted.connection, ids)) === 'public'
  }
  return PUBLISHED.has(kind.name)
}

/**
 * Where the people are whom an event is between. Only of a talk of two we know everybody: whoever else is in a room is somewhere, and nobody
 * told us where.
 */
export function partiesOf(event: Event, kind: EventKind): (string | undefined)[] {
  const accounts = [...kind.members.values()].filter(({ record, name }) => record.entity === 'account' && event[name])
  const countries = accounts.map(({ name }) => textAt(event, name, 'country'))
  const type = textAt(event, 'room', 'type')
  const isBetween = accounts.length > 1 && (event.room === undefined || type === 'direct')
  return isBetween ? countries : [...countries, undefined]
}

function textAt(event: Event, record: string, field: string): string | undefined {
  const found = event[record]
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
  const value: unknown = Reflect.get(found, field)
  return typeof value === 'string' ? value : undefined
}
