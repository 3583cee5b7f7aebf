import { kindOfDigest, parseDigest } from '@lamplighter/matching'
import { digestsOf } from '../../evidence/index.ts'
import { sha256Hex } from '../../http/crypto.ts'
import { AppError } from '../../http/errors.ts'
import { caseNumberOf } from '../../review/index.ts'
import { newId } from '../../storage/index.ts'
import type { ListsTable } from '../tables.ts'
import { hearsOf, type PushParts } from './pushes.ts'
import type { Hears, Push, SharedHash } from './source.ts'
import { agreeToShare, onePush, type ShareWish, shareable, withdrawShare, writeShare } from './store.ts'
import type { PushState } from './tables.ts'

/** Who asks or agrees: a member of staff by id and `R-7`, or the operator. */
export interface Sharer {
  readonly staff: string | null
  readonly number: string | null
}

/**
 * Hands the hash of an own entry in to an exchange (matching.md §9.4, §10.1.7), as a row that is sent by a job. Content never leaves, and of hashes only
 * what others can compare.
 *
 * @throws AppError `not_found` · `terms` · `conflict`
 */
export async function share(
  parts: PushParts,
  wish: ShareWish,
  { staff, number }: Sharer,
): Promise<{ id: string; state: PushState }> {
  const { entry, list } = await parts.storage.store.read(shareable, wish)
  const { value, sourceId: decision } = await parts.codec.entry(list.id, entry)
  if (decision === undefined)
    throw new AppError('conflict', 'The entry rests on no decision; only one that does is handed in.')
  const hash = sharedOf(list, value)
  if (hash === undefined)
    throw new AppError(
      'conflict',
      'Only MD5, SHA-1 and SHA-256 are handed in: of a PDQ nobody knows which kernel made it.',
    )
  await assertTaken(parts, { exchange: wish.exchange, hash, decision })
  const id = newId('push', parts.now())
  const push: Push = { act: 'share', hash, tags: [], at: parts.now() }
  const body = await parts.sealer.seal('exchange_pushes', 'body', id, push)
  return parts.storage.store.tx(writeShare, {
    ...{ ...wish, id, decision, body, digest: sha256Hex(JSON.stringify(push)) },
    ...{ by: staff ?? 'operator', number, keys: await parts.keysFor([]) },
  })
}

/** @throws AppError as `agreeToShare` */
export async function agreeShare(parts: PushParts, id: string, who: Sharer): Promise<{ id: string; state: PushState }> {
  const row = await parts.storage.store.read(onePush, id)
  // Without a body the work says what is wrong.
  const push =
    row === undefined || row.body.length === 0
      ? null
      : await parts.sealer.open<Push>('exchange_pushes', 'body', id, row.body)
  const digest = sha256Hex(JSON.stringify(push))
  return parts.storage.store.tx(agreeToShare, { id, digest, ...who, keys: await parts.keysFor([]) })
}

export const takeShareBack = (parts: PushParts, id: string): Promise<{ id: string; state: PushState }> =>
  parts.storage.store.tx(withdrawShare, id)

/** The hash as it may leave; undefined for what may not: a PDQ that somebody wrote down may be of any kernel (matching.md §6.2). */
export function sharedOf({ kind }: Pick<ListsTable, 'kind'>, value: string): SharedHash | undefined {
  const digest = kind === 'digest' ? parseDigest(value) : undefined
  return digest === undefined ? undefined : { kind: kindOfDigest(digest), value: digest }
}

/** @throws AppError `conflict` */
async function assertTaken(
  parts: PushParts,
  { exchange, hash, decision }: { readonly exchange: string; readonly hash: SharedHash; readonly decision: string },
): Promise<void> {
  const taken = (await hearsOf(parts, exchange))?.hashes[hash.kind]
  if (taken === undefined) throw new AppError('conflict', `This exchange takes no ${hash.kind} from you.`)
  const files = await digestsOf(parts, await parts.storage.store.read(caseNumberOf, decision))
  const own = files.filter(({ digests }) => digests.has(hash.value))
  // What somebody wrote into a list, or a platform made, nobody has looked at here.
  if (own.length === 0)
    throw new AppError(
      'conflict',
      'No file that is kept with the decision has this hash; only such a hash is handed in.',
    )
  if (taken === 'video' && !own.some(({ type }) => type.startsWith('video/')))
    throw new AppError('conflict', `This exchange takes ${hash.kind} of videos only.`)
}

/** Whether an exchange might take such a hash at all. */
export const mightTake = (hears: Hears | undefined, hash: SharedHash): boolean => hears?.hashes[hash.kind] !== undefined
