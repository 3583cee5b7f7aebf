import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { getRestore } from '@lamplighter/api'
import { restoreBackup } from '../../backup/index.ts'
import { lockFolder } from '../../storage/maintenance.ts'
import { withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { startProgress } from '../progress.ts'

export const commands: readonly Command[] = [
  {
    name: 'restore',
    summary: 'Puts a backup in the place of the present data, after checking it. The server then starts quiet.',
    example: 'lamplighter restore /backups/2026-11-21 --keyring /backups/2026-11-21-keyring',
    args: ['folder'],
    options: { keyring: { help: 'folder of the keyring’s copy, when this machine has none', value: 'folder' } },
    async run(io, { args: [given = ''], value }) {
      const { config } = io.config()
      mkdirSync(config.data, { recursive: true, mode: 0o700 })
      const lock = lockFolder(config.data)
      try {
        if (!(await io.confirm(`Replace the data in ${config.data}? What is there now is kept beside it.`))) return 3
        const keyring = value('keyring')
        const progress = startProgress(io, 'restore')
        const { manifest, before } = await restoreBackup({
          from: resolve(io.folder, given),
          data: config.data,
          now: Date.now(),
          tell: (_, done, total) => progress.update(done, total),
          ...(keyring !== undefined && { keyring: resolve(io.folder, keyring) }),
        })
        progress.end()
        io.result({ backupAt: manifest.at, before }, [
          `Restored the copy of ${new Date(manifest.at).toISOString()}. What was here before is in ${before}.`,
          'The server now starts quiet: it takes reports and events, and sends nothing.',
          'The log may lack what was published since, so it signs nothing until: lamplighter ledger recheck, else ledger reopen.',
          'Next: lamplighter restore resume   (shows what to look at first)',
        ])
        return 0
      } finally {
        lock.release()
      }
    },
  },
  {
    name: 'restore resume',
    summary: 'Lets a restored server go on, after showing what was true at the time of the copy.',
    example: 'lamplighter restore resume',
    async run(io) {
      return withApi(io, async (call) => {
        const state = getRestore.answer.parse(await call('GET', '/v1/restore'))
        if (!state.quiet || state.backupAt === null) {
          io.result(state, ['Nothing is held back: this server is not quiet.'])
          return 0
        }
        const ageHours = ((Date.now() - state.backupAt) / 3_600_000).toFixed(1)
        if (!io.json) {
          io.say(`The copy is ${ageHours} h old. What was changed since is not in it: revoked people may be back.`)
          io.say(`As of then: ${state.counts.people} people, ${state.counts.keys} API keys, ${state.counts.jobs} jobs.`)
          io.say('Look at them: lamplighter people list · lamplighter key list')
          io.say('Deliveries that went out since go out again, under the same webhook-id.')
        }
        if (!(await io.confirm('Are people, roles, keys and endpoints as they should be?'))) return 3
        await call('POST', '/v1/restore/resume', {})
        io.result({ ...state, quiet: false }, ['Resumed.'])
        return 0
      })
    },
  },
]
