import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Built,
  buildOrganisations,
  type Changes,
  isUnchanged,
  writtenFile,
} from '../../signals/terms-files/index.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'

/** So many names of each kind are shown; `--json` tells all. */
const SHOWN = 50

export const commands: readonly Command[] = [
  {
    name: 'lists build organisations',
    summary:
      'Makes a list of organisations from law sources that you fetched: UK Terrorism Act 2000 Schedule 2, UN and EU lists, as XML.',
    example: 'lamplighter lists build organisations --from law --out proscribed_orgs.json --accept "Robin Vale"',
    options: {
      from: { help: 'folder of the files, one of each source', value: 'folder' },
      out: { help: 'file to write; the one before is compared with', value: 'file' },
      accept: { help: 'who has looked at what changes; without it nothing is written', value: 'name' },
      list: { help: 'id of a new list, proscribed_orgs if not given', value: 'id' },
      harm: { help: 'harm of a new list, terrorism if not given', value: 'harm' },
      regimes: { help: 'further UN regimes and EU programmes, with commas, as the files call them', value: 'names' },
    },
    async run(io, given) {
      const [from, out] = ['from', 'out'].map((name) => given.value(name))
      if (from === undefined || out === undefined)
        throw new UsageError('lists build organisations needs --from and --out')
      const path = resolve(io.folder, out)
      const built = buildOrganisations(filesIn(resolve(io.folder, from)), {
        before: existsSync(path) ? readFileSync(path) : undefined,
        id: given.value('list') ?? 'proscribed_orgs',
        harm: given.value('harm') ?? 'terrorism',
        regimes: (given.value('regimes') ?? '').split(',').flatMap((name) => name.trim() || []),
        day: new Date().toISOString().slice(0, 10),
      })
      const { file, changes } = built
      const accepted = given.value('accept')?.trim()
      const unchanged = isUnchanged(changes)
      const write = !unchanged && accepted !== undefined && accepted !== ''
      // Made before anything is said: what cannot be written is an error, not a result.
      if (write) writeFileSync(path, writtenFile(file, accepted))
      io.result(
        {
          ...{ list: file.id, version: file.version, organisations: file.organisations.length, written: write },
          ...said(built),
        },
        [
          ...linesOf(built),
          unchanged
            ? 'Nothing changed; nothing was written.'
            : write
              ? `${path}: ${file.id} version ${file.version}, ${file.organisations.length} organisations, accepted by ${accepted}. Now: lamplighter lists sign`
              : 'Nothing was written. Look at what changes, then run it again with --accept and your name.',
        ],
      )
      return unchanged || write ? 0 : 3
    },
  },
]

function filesIn(folder: string): { readonly name: string; readonly text: string }[] {
  if (!existsSync(folder))
    throw new UsageError(`${folder} cannot be read; give a folder with the files that you fetched`)
  const names = readdirSync(folder).filter((name) => name.toLowerCase().endsWith('.xml'))
  if (names.length === 0)
    throw new UsageError(`${folder} holds no file that ends in .xml; fetch the law sources into it`)
  return names.toSorted().map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

const said = ({ changes, sources, unusable }: Built) => ({
  changes,
  unusable,
  sources: sources.map(({ jurisdiction, file, day, entries, leftOut }) => ({
    ...{ jurisdiction, file, day, organisations: entries.length, leftOut: Object.fromEntries(leftOut) },
  })),
})

function linesOf({ changes, sources, unusable }: Built): string[] {
  return [
    ...sources.map(({ file, title, day, entries, leftOut }) => {
      const left = [...leftOut].map(([regime, count]) => `${regime} ${count}`)
      const out = left.length === 0 ? '' : `; left out, of other regimes: ${left.join(', ')}`
      return `${file}: ${title} of ${day}, ${entries.length} organisations${out}`
    }),
    ...unusable.map(({ id, why }) => `not looked for, a name of ${id}: ${why}`),
    ...changesIn(changes),
  ]
}

function changesIn({ added, renamed, delisted, changed }: Changes): string[] {
  const shown = (what: string, names: readonly string[]): string[] => [
    ...names.slice(0, SHOWN).map((name) => `${what.padEnd(9)} ${name}`),
    ...(names.length > SHOWN ? [`${what.padEnd(9)} and ${names.length - SHOWN} more`] : []),
  ]
  return [
    ...shown('new', added),
    ...shown(
      'renamed',
      renamed.map(({ from, to }) => `${from} → ${to}`),
    ),
    ...shown('delisted', delisted),
    ...shown('changed', changed),
  ]
}
