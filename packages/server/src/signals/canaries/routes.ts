import { addCanary, approveCanary, getCanaries, removeCanary } from '@lamplighter/api'
import { parsePdq } from '@lamplighter/matching'
import type { Measurement } from '../../evidence/decoder/index.ts'
import { AppError } from '../../http/errors.ts'
import type { Principal } from '../../http/principal.ts'
import { onceOf, type Route, route } from '../../http/route.ts'
import { allStaff, doerOf, staffLabel } from '../../people/index.ts'
import { newId, type Storage } from '../../storage/index.ts'
import type { Sealer } from '../../storage/sealer.ts'
import type { Affected, RecordKeys } from '../../transparency/index.ts'
import { askEach } from '../direct/ask.ts'
import type { MatchDesk } from '../direct/desk.ts'
import { MAX_FILE } from '../direct/files.ts'
import { subjectOfFile } from '../direct/subject.ts'
import type { Entries } from '../lists/entries.ts'
import { allLists } from '../store.ts'
import type { CanaryHashes } from './own.ts'
import { addCanary as addWork, approveCanary as approveWork, ownCanaries, removeCanary as removeWork } from './store.ts'

export interface CanaryServices {
  readonly storage: Storage
  readonly sealer: Sealer
  readonly desk: Pick<MatchDesk, 'files' | 'book'>
  readonly entries: Pick<Entries, 'fileKey'>
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** The calls about the platform's own harmless pictures (matching.md §9.4). */
export function canaryRoutes({ storage, sealer, desk, entries, keysFor }: CanaryServices): Route[] {
  const { store } = storage
  return [
    route(getCanaries, async ({ who }) => {
      const staff = await store.read(allStaff, undefined)
      const nameOf = (id: string): string => {
        const person = staff.find((one) => one.id === id)
        return person === undefined ? id : staffLabel(person.number)
      }
      const own = who.kind === 'staff' ? who.id : 'operator'
      const items = (await store.read(ownCanaries, undefined)).map((row) => ({
        ...{ id: row.id, name: row.name, readings: row.readings, at: row.at, by: nameOf(row.asked_by) },
        ...{ second: row.agreed_by === null ? null : nameOf(row.agreed_by), own: row.asked_by === own },
      }))
      return { body: { items } }
    }),
    route(
      addCanary,
      async (call) => {
        const claimed = call.raw.headers.get('content-type') ?? undefined
        const facts = await desk.files.whole(call.raw, (bytes) => desk.files.of(bytes, claimed))
        const hashes = hashesOf(facts)
        const id = newId('canary', call.now)
        const added = await store.tx(addWork, {
          ...{ id, name: call.query.name, file_key: entries.fileKey(facts.sha256), readings: hashes.length },
          hashes: await sealer.seal('canaries', 'hashes', id, hashes),
          ...{ doer: doerOf(call), keys: await keysFor([]) },
        })
        const said = await liveHits(facts, { who: call.who, now: call.now })
        return { body: { ...added, isNew: added.id === id, readings: hashes.length, ...said } }
      },
      { maxBytes: MAX_FILE },
    ),
    route(approveCanary, async (call) => {
      const input = { id: call.params.id, doer: doerOf(call), keys: await keysFor([]) }
      return { body: { recorded: await store.tx(approveWork, input, onceOf(call)) } }
    }),
    route(removeCanary, async (call) => {
      const input = { id: call.params.id, reason: call.body.reason, doer: doerOf(call), keys: await keysFor([]) }
      return { body: { recorded: await store.tx(removeWork, input, onceOf(call)) } }
    }),
  ]

  /** What the running lists say of it. Of sealed ones whoever may know hears that they hit it, and no more. */
  async function liveHits(facts: Measurement, { who, now }: { readonly who: Principal; readonly now: number }) {
    const rows = (await store.read(allLists, undefined)).filter(({ state, sealed }) => {
      return state === 'live' && (sealed === 0 || mayKnow(who))
    })
    const said = [...askEach(desk.book, rows, subjectOfFile(facts), now)]
    return {
      hits: said.flatMap(([list, { hit }]) => (hit === undefined ? [] : [{ list, entry: hit.entry ?? null }])),
      unknown: said.flatMap(([list, { hit, why }]) => (hit === undefined && why !== undefined ? [list] : [])),
    }
  }
}

const mayKnow = (who: Principal): boolean =>
  who.kind === 'operator' || (who.kind === 'staff' && who.roles.includes('child-safety'))

/** @throws AppError `unsupported_type` it is no picture, or moves · `invalid` it cannot be read whole, or has too little in it */
function hashesOf({ readings, unknown, frames = 1, type }: Measurement): CanaryHashes {
  const isUnread = unknown.some(({ part, why }) => part === 'pixels' && why === 'unsupported')
  if (frames > 1 || isUnread || !type.seen.startsWith('image/'))
    throw new AppError('unsupported_type', `The file begins like ${type.seen}; expected a picture that does not move.`)
  if (unknown.length > 0)
    throw new AppError(
      'invalid',
      `The picture could not be read whole (${unknown[0]?.why}); save it anew and send that.`,
    )
  const hashes = readings.flatMap(({ pdq, variants }) =>
    parsePdq(pdq) === undefined ? [] : [[pdq, ...variants].flatMap((one) => parsePdq(one) ?? [])],
  )
  if (hashes.length > 0) return hashes
  throw new AppError('invalid', 'The picture has too little in it for a hash: no list of pictures can hit it.')
}
