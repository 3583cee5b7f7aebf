import { join } from 'node:path'
import { openContext } from '../../context.ts'
import { modules } from '../../modules.ts'
import { waitingSteps } from '../../storage/maintenance.ts'
import type { Command } from '../command.ts'
import { assertConfigured } from '../configured.ts'

export const commands: readonly Command[] = [
  {
    name: 'migrate',
    summary: 'Brings the database to the schema of this version. Starting does the same.',
    example: 'lamplighter migrate --dry-run',
    options: { 'dry-run': { help: 'show the steps, change nothing' } },
    async run(io, { has }) {
      const loaded = io.config()
      assertConfigured(io.folder, loaded)
      const { config } = loaded
      const embedded = config.database === 'embedded'
      const waiting = embedded ? await waitingSteps(join(config.data, 'lamplighter.db'), modules) : []
      if (has('dry-run')) {
        io.result({ waiting }, waiting.length === 0 ? ['Nothing waits.'] : waiting)
        return 0
      }
      await (await openContext({ config, patient: true })).close()
      io.result({ done: waiting }, [embedded ? `${waiting.length} steps done.` : 'Up to date.'])
      return 0
    },
  },
]
