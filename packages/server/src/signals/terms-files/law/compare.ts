import { delistedOn } from '../organisations.ts'
import type { Organisation } from '../shapes.ts'
import type { LawSource } from './source.ts'

/** What a build changes against the file before. Whoever accepts it has seen this. */
export interface Changes {
  readonly added: readonly string[]
  readonly renamed: readonly { readonly from: string; readonly to: string }[]
  readonly delisted: readonly string[]
  /** Organisations whose other names or listings changed. */
  readonly changed: readonly string[]
}

/**
 * Carries what the file before knew into what the laws say now: an organisation that a law no longer lists is kept with the day on which
 * its source no longer had it, and stops hitting then. A law whose file was not handed in says nothing new: its listings stay.
 *
 * Marks of ambiguity that a person added stay, too.
 */
export function carryOver(
  before: readonly Organisation[],
  now: readonly Organisation[],
  sources: readonly LawSource[],
): readonly Organisation[] {
  const days = new Map<string, string>(sources.map(({ jurisdiction, day }) => [jurisdiction, day]))
  const byId = new Map(now.map((one) => [one.id, one]))
  const kept = before.map((old) => {
    const fresh = byId.get(old.id)
    byId.delete(old.id)
    const listings = [...(fresh?.listings ?? []), ...gone(old, fresh, days)]
    if (fresh === undefined) return { ...old, listings }
    const marked = new Set(old.aliases.flatMap(({ text, ambiguous }) => (ambiguous === true ? [text] : [])))
    const aliases = fresh.aliases.map((one) => (marked.has(one.text) ? { ...one, ambiguous: true } : one))
    return { ...fresh, aliases, listings }
  })
  return [...kept, ...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** Listings that the new files do not have: ended on the day of the file, unless they had ended before or their law has no file. */
function gone(
  old: Organisation,
  fresh: Organisation | undefined,
  days: ReadonlyMap<string, string>,
): Organisation['listings'] {
  const there = new Set(fresh?.listings.map(({ jurisdiction, act }) => `${jurisdiction} ${act}`))
  return old.listings
    .filter(({ jurisdiction, act }) => !there.has(`${jurisdiction} ${act}`))
    .map((listing) => {
      const day = days.get(listing.jurisdiction)
      return listing.delisted !== undefined || day === undefined ? listing : { ...listing, delisted: day }
    })
}

export function compare(before: readonly Organisation[], after: readonly Organisation[]): Changes {
  const olds = new Map(before.map((one) => [one.id, one]))
  const isListed = (one: Organisation): boolean => delistedOn(one) === undefined
  const pairs = after.map((fresh) => ({ fresh, old: olds.get(fresh.id) }))
  const known = pairs.flatMap(({ fresh, old }) => (old === undefined ? [] : [{ fresh, old }]))
  return {
    added: pairs
      .filter(({ fresh, old }) => isListed(fresh) && (old === undefined || !isListed(old)))
      .map(({ fresh }) => fresh.name),
    renamed: known
      .filter(({ fresh, old }) => fresh.name !== old.name)
      .map(({ fresh, old }) => ({ from: old.name, to: fresh.name })),
    delisted: known.filter(({ fresh, old }) => !isListed(fresh) && isListed(old)).map(({ fresh }) => fresh.name),
    changed: known
      .filter(
        ({ fresh, old }) => fresh.name === old.name && isListed(fresh) === isListed(old) && said(fresh) !== said(old),
      )
      .map(({ fresh }) => fresh.name),
  }
}

/** All that a reader of the file would act on; that a source is a day younger is nothing new. */
const said = ({ aliases, listings }: Organisation): string =>
  JSON.stringify([aliases, listings.map(({ source: _, ...listing }) => listing)])

export const isUnchanged = ({ added, renamed, delisted, changed }: Changes): boolean =>
  added.length + renamed.length + delisted.length + changed.length === 0
