/** A name as a source gives it. */
export interface LawAlias {
  readonly text: string
  readonly lang?: string
  /** The source itself doubts it. */
  readonly weak?: boolean
}

/** One organisation as one law lists it. */
export interface LawEntry {
  /** The same organisation has the same one in the next file of this source. */
  readonly id: string
  readonly name: string
  readonly aliases: readonly LawAlias[]
  readonly act: string
  readonly listed: string
  readonly delisted?: string
  /** Its reference on the list of the United Nations, where this source names it. */
  readonly unReference?: string
}

/** What one file of a law source says. */
export interface LawSource {
  readonly jurisdiction: 'uk' | 'un' | 'eu'
  readonly title: string
  readonly licence: string
  /** Name of the file. */
  readonly file: string
  /** The day that the file tells of. */
  readonly day: string
  readonly entries: readonly LawEntry[]
  /** Organisations of regimes that were not asked for, by regime. */
  readonly leftOut: ReadonlyMap<string, number>
}

/** Part of an id: letters and digits of the name, without marks. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 56)
    .replace(/-$/, '')
}
