import { canonicalOf, canonicalTermFile, readTermFile } from '../read.ts'
import type { OrganisationsFile } from '../shapes.ts'
import { type Changes, carryOver, compare } from './compare.ts'
import { readEu } from './eu.ts'
import { type Merged, mergeSources } from './merge.ts'
import type { LawSource } from './source.ts'
import { readUk } from './uk.ts'
import { readUn } from './un.ts'
import { badSource, parseXml } from './xml.ts'

/** A file that the operator fetched. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/**
 * Reads a file of a law source, whichever it is: its first element says so.
 *
 * @param regimes further regimes and programmes to take, as the files call them
 * @throws AppError `invalid` it is none of them, or says what its format does not have
 */
export function readSource({ name, text }: SourceFile, regimes: readonly string[]): LawSource {
  const root = parseXml(name, text)
  switch (root.name) {
    case 'Legislation':
      return readUk(name, root)
    case 'CONSOLIDATED_LIST':
      return readUn(name, root, regimes)
    case 'export':
      return readEu(name, root, regimes)
    default:
      throw badSource(
        name,
        `<${root.name}> begins no law source that is known: expected legislation.gov.uk, the UN list or the EU list as XML`,
      )
  }
}

/** A list of organisations that was made and not written yet. */
export interface Built {
  readonly file: Omit<OrganisationsFile, 'accepted'>
  readonly changes: Changes
  readonly sources: readonly LawSource[]
  readonly unusable: Merged['unusable']
}

/**
 * Makes a list of organisations from law sources (text.md §4.1).
 *
 * @param before the file that was made before, if there is one
 * @throws AppError `invalid` · `bad_terms`
 */
export function buildOrganisations(
  files: readonly SourceFile[],
  {
    before,
    ...about
  }: {
    readonly before: Uint8Array | undefined
    readonly id: string
    readonly harm: string
    readonly regimes: readonly string[]
    /** Day of the build, in UTC. */
    readonly day: string
  },
): Built {
  const sources = files.map((file) => readSource(file, about.regimes))
  for (const [at, { jurisdiction, file }] of sources.entries()) {
    const first = sources.findIndex((one) => one.jurisdiction === jurisdiction)
    if (first !== at) throw badSource(file, `${sources[first]?.file} is a file of the same source; keep the newer one`)
  }
  const old = before === undefined ? undefined : organisationsFile(before)
  const { organisations: now, unusable } = mergeSources(sources)
  const organisations = carryOver(old?.organisations ?? [], now, sources)
  return {
    file: {
      ...{ format: 'lamplighter-organisations/1', use: 'context', sealed: false },
      ...{ id: old?.id ?? about.id, harm: old?.harm ?? about.harm, version: (old?.version ?? 0) + 1, made: about.day },
      // What is kept of a source that was not handed in this time is under its licence still.
      licence: together([
        ...(old?.licence.split('; ') ?? []),
        ...sources.map(({ title, licence }) => `${title}: ${licence}`),
      ]),
      source: together(sources.map(({ file, day }) => `${file} of ${day}`)),
      organisations: [...organisations],
    },
    changes: compare(old?.organisations ?? [], organisations),
    ...{ sources, unusable },
  }
}

const together = (parts: readonly string[]): string => [...new Set(parts)].join('; ')

/** A person may have marked names in it by hand: how it is spelled does not matter yet. */
function organisationsFile(bytes: Uint8Array): OrganisationsFile {
  const { text } = readTermFile(new TextEncoder().encode(canonicalTermFile(bytes)))
  if (text.format === 'lamplighter-organisations/1') return text
  throw badSource('the file before', `it is a ${text.format}; give --out another name`)
}

/** The file as it is written, with the name of who accepted what changed. It is read back: what could not be imported is not written. */
export function writtenFile(file: Omit<OrganisationsFile, 'accepted'>, accepted: string): string {
  const text = canonicalOf({ ...file, accepted })
  readTermFile(new TextEncoder().encode(text))
  return text
}
