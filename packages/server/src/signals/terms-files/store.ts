import { AppError } from '../../http/errors.ts'
import { table } from '../../storage/ddl.ts'
import { days, defineSchema, defineWork, type Tx } from '../../storage/index.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    term_files: TermFilesTable
  }
}

/** A term file that was taken in: who vouched for it. Its entries are the list's. */
interface TermFilesTable {
  list: string
  /** The version that the file says; the list counts its own. */
  file_version: number
  sha256: string
  /** The signed note, whole, so that anybody can check it again. */
  note: string
  by: string
  at: number
  /** The list's version that was made of it; null while that is being made. */
  list_version: number | null
}

export const schema = defineSchema({
  subject: 'term-files',
  steps: [
    {
      id: '0001-term-files',
      up: (engine) => [
        table(
          engine,
          'term_files',
          {
            list: 'text not null',
            file_version: 'bigint not null',
            sha256: 'text not null',
            note: 'text not null',
            by: 'text not null',
            at: 'bigint not null',
            list_version: 'bigint',
          },
          ['primary key (list, file_version)'],
        ),
      ],
    },
  ],
  tables: {
    term_files: {
      kept: {
        from: 'at',
        default: days(365),
        min: days(30),
        max: days(3650),
        // The newest says which version a file must be above.
        unless:
          'file_version = (select max(newer.file_version) from term_files newer where newer.list = term_files.list)',
      },
    },
  },
})

interface Named {
  readonly list: string
  readonly fileVersion: number
  readonly sha256: string
}

/**
 * Notes that a file is being taken in. The same file may come again where that was cut off.
 *
 * @throws AppError `version_old` the version is not above that of every file before
 */
export const beginFile = defineWork(
  'term-files.begin',
  async (tx: Tx, file: Named & { readonly note: string; readonly by: string }): Promise<void> => {
    const newest = await tx.db
      .selectFrom('term_files')
      .selectAll()
      .where('list', '=', file.list)
      .orderBy('file_version', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (newest !== undefined && newest.file_version >= file.fileVersion) {
      const isCutOff = newest.list_version === null && newest.sha256 === file.sha256
      if (isCutOff && newest.file_version === file.fileVersion) return
      throw new AppError(
        'version_old',
        `The file is version ${file.fileVersion}, and version ${newest.file_version} was taken in before. Nothing was changed; give it a higher one and sign it anew.`,
      )
    }
    const { list, fileVersion, sha256, note, by } = file
    await tx.db
      .insertInto('term_files')
      .values({ list, file_version: fileVersion, sha256, note, by, at: tx.now, list_version: null })
      .execute()
  },
)

/** Says which version of the list was made of the file. */
export const keepFile = defineWork(
  'term-files.keep',
  async (tx: Tx, { list, fileVersion, listVersion }: Omit<Named, 'sha256'> & { readonly listVersion: number }) => {
    await tx.db
      .updateTable('term_files')
      .set({ list_version: listVersion })
      .where('list', '=', list)
      .where('file_version', '=', fileVersion)
      .execute()
  },
)

/** Forgets a file of which no version was made: it can be sent again. */
export const giveUpFile = defineWork(
  'term-files.give-up',
  async (tx: Tx, { list, fileVersion }: Omit<Named, 'sha256'>) => {
    await tx.db
      .deleteFrom('term_files')
      .where('list', '=', list)
      .where('file_version', '=', fileVersion)
      .where('list_version', 'is', null)
      .execute()
  },
)
