import type { CaseDesk } from './desk.ts'
import { type CaseOf, matchRows } from './matches.store.ts'
import type { StoredEvidence } from './stored.ts'

/** What the files of a case matched. */
export interface CaseMatches {
  readonly number: number
  /** The decision that was made last in it, but for reversals; undefined before there is one. */
  readonly decision: { readonly id: string; readonly at: number } | undefined
  /** Entries of lists of hashes, each once. */
  readonly matches: readonly { readonly list: string; readonly entry: number }[]
}

/**
 * What the files of a case matched, with the number of each entry: for telling the source of a list what was decided of it.
 *
 * @throws AppError `not_found` for a case that is not there and for one of another lane alike
 */
export async function matchesOf(
  { storage, sealer }: Pick<CaseDesk, 'storage' | 'sealer'>,
  wish: { readonly of: CaseOf; readonly roles: readonly string[] },
): Promise<CaseMatches> {
  const { number, decision, evidence } = await storage.store.read(matchRows, wish)
  const pieces = await Promise.all(
    evidence.map(({ id, sealed }) => sealer.open<StoredEvidence>('evidence', 'sealed', id, sealed)),
  )
  const hits = pieces.flatMap(({ files }) => files.flatMap((file) => file.hits))
  const matches = new Map(hits.map(({ list, entry }) => [`${list} ${entry}`, { list, entry }]))
  return { number, decision, matches: [...matches.values()] }
}
