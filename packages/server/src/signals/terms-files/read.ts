import { createHash } from 'node:crypto'
import { compileTerms, type TermListSource } from '@lamplighter/matching'
import { canonicalJson, compilePattern } from '@lamplighter/rules'
import { z } from 'zod'
import { AppError, type Fault } from '../../http/errors.ts'
import type { TermEntry } from '../lists/term-entry.ts'
import { entriesOf } from './organisations.ts'
import { type OrganisationsFile, OrganisationsShape, TermsShape } from './shapes.ts'
import { isAmbiguous } from './words.ts'

/** Text of a term file and of a file of organisations, whole. */
export const TermFileShape = z.discriminatedUnion('format', [TermsShape, OrganisationsShape])
export type TermFileText = z.output<typeof TermFileShape>

/** A term file that was read and found good. */
export interface TermFile {
  readonly text: TermFileText
  readonly sha256: string
  readonly entries: readonly TermEntry[]
}

const MOST_FAULTS = 100

/**
 * Reads a term file strictly (text.md §4): canonical JSON, nothing unknown in it, each id once, each term such that it is looked for.
 *
 * @throws AppError `bad_terms` with every problem and its place
 */
export function readTermFile(bytes: Uint8Array): TermFile {
  const text = utf8Of(bytes)
  const file = parsed(text)
  if (text !== canonicalOf(file)) {
    throw refused([
      fault(
        '',
        'not_canonical',
        'expected canonical JSON (RFC 8785): sorted keys, no spaces, no key twice; `lists sign` writes it so',
      ),
    ])
  }
  return { text: file, sha256: createHash('sha256').update(bytes).digest('hex'), entries: checkedEntries(file) }
}

/**
 * The canonical form of a term file that a person wrote. Everything but the spelling is checked as when it is read.
 *
 * @throws AppError `bad_terms`
 */
export function canonicalTermFile(bytes: Uint8Array): string {
  const file = parsed(utf8Of(bytes))
  checkedEntries(file)
  return canonicalOf(file)
}

/** A term file in the one spelling that is signed: canonical JSON and a newline. */
export const canonicalOf = (file: TermFileText): string => `${canonicalJson(file)}\n`

function parsed(text: string): TermFileText {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw refused([fault('', 'not_json', 'expected one JSON object; the file is none, or was cut off')])
  }
  const read = TermFileShape.safeParse(json)
  if (read.success) return read.data
  throw refused(read.error.issues.map((issue) => fault(pointerOf(issue.path), 'shape', issue.message)))
}

/** Every entry, checked by what will look for it. */
function checkedEntries(file: TermFileText): readonly TermEntry[] {
  if (NON_COMMERCIAL.test(file.licence)) {
    throw refused([
      fault(
        '/licence',
        'licence',
        'the licence forbids commercial use, and a platform may be commercial; use other data',
      ),
    ])
  }
  const entries = entriesOfFile(file)
  if (entries.length === 0) throw refused([fault('/terms', 'empty', 'expected one entry at least')])
  const faults = [...faultsOf(file, entries), ...(isOrganisations(file) ? unmarked(file) : [])]
  if (faults.length > 0) throw refused(faults)
  return entries
}

const NON_COMMERCIAL = /\bNC\b|non-?\s?commercial|nicht-?\s?kommerziell/i

function entriesOfFile(file: TermFileText): readonly TermEntry[] {
  if (file.format === 'lamplighter-organisations/1') return file.organisations.flatMap(entriesOf)
  const { lang } = file
  return [
    ...file.terms.map(({ text, ...term }) => ({ value: text, term: { ...(lang !== undefined && { lang }), ...term } })),
    ...(file.patterns ?? []).map(({ id, pattern }) => ({ value: pattern, term: { id, pattern: true as const } })),
  ]
}

const isOrganisations = (file: TermFileText): file is OrganisationsFile => file.format === 'lamplighter-organisations/1'

/** What the matcher would not look for, or not as it is asked to; and ids that stand twice. */
function faultsOf(file: TermFileText, entries: readonly TermEntry[]): readonly Fault[] {
  const { problems } = compileTerms([sourceOf(file, entries)], { compilePattern })
  const places = placesOf(file)
  return problems.map(({ code, term, message }) => {
    // What a pattern cannot do is told with the pattern; of a sealed list nothing is shown.
    const isHidden = file.sealed && code === 'bad_pattern'
    return fault(
      places.get(term)?.at(code === 'twice' ? -1 : 0) ?? '',
      code,
      isHidden ? 'the pattern cannot be used' : message,
    )
  })
}

/** The list as the matcher takes it. */
export function sourceOf({ id, version, use, sealed }: TermFileText, entries: readonly TermEntry[]): TermListSource {
  return {
    ...{ id, version, use, sealed },
    terms: entries.flatMap(({ value, term }) => (term.pattern === true ? [] : [{ text: value, ...term }])),
    patterns: entries.flatMap(({ value, term }) => (term.pattern === true ? [{ id: term.id, pattern: value }] : [])),
  }
}

/** Where each entry stands in the file, by its id. */
function placesOf(file: TermFileText): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  const add = (id: string, place: string) => void places.set(id, [...(places.get(id) ?? []), place])
  if (!isOrganisations(file)) {
    for (const [at, { id }] of file.terms.entries()) add(id, `/terms/${at}`)
    for (const [at, { id }] of (file.patterns ?? []).entries()) add(id, `/patterns/${at}`)
    return places
  }
  for (const [at, { id, aliases }] of file.organisations.entries()) {
    add(`${id}/0`, `/organisations/${at}`)
    for (const other of aliases.keys()) add(`${id}/${other + 1}`, `/organisations/${at}/aliases/${other}`)
  }
  return places
}

/** Names that prove nothing alone and do not say so (text.md §4.1). */
function unmarked(file: OrganisationsFile): readonly Fault[] {
  return file.organisations.flatMap(({ aliases }, at) =>
    aliases.flatMap(({ text, ambiguous }, other) =>
      ambiguous === true || !isAmbiguous(text)
        ? []
        : [
            fault(
              `/organisations/${at}/aliases/${other}`,
              'ambiguous',
              'a name under four letters, a common word or a given name needs "ambiguous": true',
            ),
          ],
    ),
  )
}

function utf8Of(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refused([fault('', 'not_utf8', 'expected UTF-8; save the file so')])
  }
}

const fault = (pointer: string, code: string, detail: string): Fault => ({ code, pointer, detail })

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

function refused(faults: readonly Fault[]): AppError {
  const more = faults.length > MOST_FAULTS ? `; the first ${MOST_FAULTS} are listed` : ''
  const count = faults.length === 1 ? '1 problem' : `${faults.length} problems`
  return new AppError('bad_terms', `The term list has ${count}${more}. Nothing was changed; mend the file.`, {
    errors: faults.slice(0, MOST_FAULTS),
  })
}
