import type { handInVersion, Manifest, QueryOf } from '@lamplighter/api'
import { AppError } from '../../http/errors.ts'
import { carriedBy, type ListFacts, termsOf } from '../lists/declaration.ts'
import type { ListsTable } from '../tables.ts'
import { checkManifest } from './arrival.ts'

/**
 * What is said of a list by whoever hands a file in, and by the manifest beside it: what neither says stays as it is.
 *
 * @param row the list, where there is one
 * @throws AppError `manifest` · `invalid` a new list without its kind or harm
 */
export function factsWished(
  of: { readonly list: string; readonly query: QueryOf<typeof handInVersion>; readonly manifest: Manifest | undefined },
  row: ListsTable | undefined,
): ListFacts {
  const { list: id, query, manifest } = of
  const held = row === undefined ? undefined : carriedBy(row)
  if (manifest !== undefined) checkManifest(manifest, { list: id, kind: query.kind ?? row?.kind })
  const kind = query.kind ?? manifest?.kind ?? row?.kind
  const [only, ...others] = manifest?.terms.harms ?? []
  const harm = query.harm ?? held?.harm ?? (others.length === 0 ? only : undefined)
  if (kind === undefined || harm === undefined) {
    const missing = kind === undefined ? 'kind' : 'harm'
    throw new AppError('invalid', `There is no list of this name yet; say its ${missing}.`, {
      pointer: `/query/${missing}`,
    })
  }
  const harms = query.harms?.split(',')
  const yes = (said: 'yes' | 'no' | undefined, before: boolean | undefined) =>
    said === undefined ? (before ?? false) : said === 'yes'
  return {
    ...{ id, kind, harm, sealed: yes(query.sealed, held?.sealed), context: yes(query.context, held?.context) },
    source: query.source ?? manifest?.source ?? held?.source ?? 'file',
    staleAfterMs: query.staleAfterMs ?? held?.staleAfterMs ?? null,
    within: query.within ?? held?.within,
    variants: query.variants ?? held?.variants,
    listShare: query.listShare ?? held?.listShare,
    queryShare: query.queryShare ?? held?.queryShare,
    ...(harms !== undefined && { harms }),
    // A manifest declares a list that is not there yet. The terms of one that is are changed by people.
    ...(row === undefined && manifest !== undefined && { terms: manifest.terms }),
  }
}

/** The harms that a list is for, once a file was handed in for it. */
export function harmsWished({ harm, harms, terms }: ListFacts, row: ListsTable | undefined): readonly string[] {
  return terms?.harms ?? harms ?? (row === undefined ? [harm] : termsOf(row).harms)
}
