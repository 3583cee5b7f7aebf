import type { HashMatch, HashWay } from '@lamplighter/api'
import type { StoredHit } from '../review/index.ts'
import type { BoundLists, ListHit } from '../signals/index.ts'

/** One hash of a file, and which way of seeing the file gave it; null for a digest. */
export interface FileHash {
  readonly value: string
  readonly way: Omit<HashWay, 'variant'> | null
}

/**
 * On which of the lists that rules asked each file is, by the nearest of its hashes. A rule is content with the first hash that hits; the person
 * who looks at the case wants the nearest one, and of the file that it is about.
 *
 * @param files the hashes of each file, in the order of the event
 * @returns hits in the same order, weak ones too
 */
export function matchesOf(
  files: readonly (readonly FileHash[])[],
  lists: BoundLists,
): readonly (readonly StoredHit[])[] {
  const asked = [...lists.asked.values()].filter(({ kind }) => kind === 'pdq' || kind === 'vpdq' || kind === 'digest')
  return files.map((hashes, place) =>
    asked.flatMap(({ id, kind }) => {
      if (kind === 'vpdq') {
        const hit = lists.nearestVideo(id, place)
        return hit === undefined ? [] : shownOf(hit, WHOLE).map((one) => ({ ...one, others: 0 }))
      }
      // A PDQ and a SHA-256 are written alike; each is for its own kind of list.
      const fitting = hashes.filter(({ way }) => (way === null) === (kind === 'digest'))
      return nearestOf(fitting, id, lists)
    }),
  )
}

/** The nearest match of all files with one list: a sure one before a weak one. */
export const nearestWith = (files: readonly (readonly StoredHit[])[], list: string): StoredHit | undefined =>
  files
    .flat()
    .filter((hit) => hit.list === list)
    .sort(nearerFirst)[0]

export const matchOf = ({ kind, distanceBits, way, weak, shares }: StoredHit): HashMatch => ({
  ...{ kind, distanceBits, way, weak },
  ...(shares !== undefined && { shares }),
})

/** All frames of a file together. */
const WHOLE = { of: null, ground: null, frame: null, atMs: null }

function nearestOf(hashes: readonly FileHash[], list: string, lists: BoundLists): StoredHit[] {
  const hits = hashes.flatMap(({ value, way }) => {
    const hit = lists.nearest(list, value)
    return hit === undefined ? [] : shownOf(hit, way)
  })
  const [nearest, ...others] = hits.sort(nearerFirst)
  return nearest === undefined ? [] : [{ ...nearest, others: others.length }]
}

const nearerFirst = (a: HashMatch, b: HashMatch): number =>
  Number(a.weak) - Number(b.weak) ||
  (b.shares?.listed ?? 0) - (a.shares?.listed ?? 0) ||
  a.distanceBits - b.distanceBits

function shownOf(hit: ListHit, way: FileHash['way']): Omit<StoredHit, 'others'>[] {
  const { kind, list, version, sealed, entry, distanceBits, shares, variant = 'original', weak = false } = hit
  if (kind === 'text' || kind === 'domain') return []
  return [
    {
      list,
      version: `v${version}`,
      sealed,
      entry,
      kind,
      distanceBits,
      weak,
      ...(shares !== undefined && { shares: { ...shares } }),
      way: way === null ? null : { ...way, variant },
    },
  ]
}
