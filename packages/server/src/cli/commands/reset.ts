import { existsSync, rmSync } from 'node:fs'
import { lockFolder } from '../../storage/maintenance.ts'
import type { Command } from '../command.ts'

export const commands: readonly Command[] = [
  {
    name: 'reset',
    summary: 'Deletes the data folder: database, files, keys. There is no way back.',
    example: 'lamplighter reset --data .lamplighter --yes',
    async run(io) {
      const { config } = io.config()
      if (!existsSync(config.data)) {
        io.result({ deleted: false }, [`There is no ${config.data}.`])
        return 0
      }
      const lock = lockFolder(config.data)
      try {
        if (!(await io.confirm(`Delete everything in ${config.data}, keys included?`))) return 3
        rmSync(config.data, { recursive: true })
      } finally {
        lock.release()
      }
      io.result({ deleted: true }, [`${config.data} is gone.`])
      return 0
    },
  },
]
