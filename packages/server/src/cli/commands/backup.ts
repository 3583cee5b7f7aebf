import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { backupKeyring, makeBackup } from '../../backup/index.ts'
import { backupNote } from '../../doctor/index.ts'
import { version } from '../../software.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'
import { startProgress } from '../progress.ts'

export const commands: readonly Command[] = [
  {
    name: 'backup',
    summary: 'Copies the embedded database and the files, while the server runs, and checks the copy.',
    example: 'lamplighter backup /backups/2026-11-21',
    args: ['folder'],
    options: { keyring: { help: 'folder for the keyring; <folder>-keyring by default', value: 'folder' } },
    async run(io, { args: [given = ''], value }) {
      const { config } = io.config()
      if (config.database !== 'embedded') {
        throw new UsageError('the database is PostgreSQL: back it up with its own tools (pg_dump, or a base backup)')
      }
      const to = resolve(io.folder, given)
      const keyringTo = resolve(io.folder, value('keyring') ?? `${given}-keyring`)
      const progress = startProgress(io, 'backup')
      const manifest = await makeBackup({
        data: config.data,
        to,
        version,
        now: Date.now(),
        tell: (_, done, total) => progress.update(done, total),
      })
      await backupKeyring(config.keyring ?? config.data, keyringTo)
      progress.end()
      await writeFile(backupNote(config.data), `${JSON.stringify({ at: manifest.at })}\n`, { mode: 0o600 })
      io.result({ folder: to, keyring: keyringTo, files: manifest.files.length, at: manifest.at }, [
        `${manifest.files.length} files in ${to}, checked.`,
        `Keys in ${keyringTo}: keep them apart, and delete them after 30 days.`,
        `The master key (${config.keyFile ?? join(config.keyring ?? config.data, 'master.key')}) is in neither: keep its copy somewhere else.`,
      ])
      return 0
    },
  },
]
