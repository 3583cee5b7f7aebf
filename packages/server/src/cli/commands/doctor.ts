import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openContext } from '../../context.ts'
import { examine, type Finding, type Looked } from '../../doctor/index.ts'
import type { Config, Loaded } from '../../http/config.ts'
import { modules } from '../../modules.ts'
import type { Stands } from '../../stands.ts'
import { StorageError } from '../../storage/index.ts'
import { KeyringError } from '../../storage/keyring/index.ts'
import { tablesIn, waitingSteps } from '../../storage/maintenance.ts'
import { isRunning } from '../api.ts'
import type { Command } from '../command.ts'
import { assertConfigured } from '../configured.ts'
import { operatorCall } from '../operator.ts'

export const commands: readonly Command[] = [
  {
    name: 'doctor',
    summary: 'Looks at everything the server needs; each finding says what to do.',
    example: 'lamplighter doctor',
    async run(io) {
      const loaded = io.config()
      // The demo runs without a configuration, and may be looked at.
      if (!(await isRunning(loaded.config))) assertConfigured(io.folder, loaded)
      const findings = await examine(loaded.config, await lookAround(loaded))
      io.result(findings, findings.flatMap(linesOf))
      return findings.some(({ state }) => state === 'wrong') ? 1 : 0
    },
  },
]

const linesOf = ({ check, state, found, remedy }: Finding): string[] => [
  `${state.padEnd(6)}${check.padEnd(15)}${found}`,
  ...(remedy === undefined ? [] : [`${' '.repeat(21)}→ ${remedy}`]),
]

async function lookAround({ config, warnings }: Loaded): Promise<Looked> {
  const common = { now: Date.now(), warnings }
  try {
    return await openAndLook(config, common)
  } catch (thrown) {
    if (!(thrown instanceof StorageError || thrown instanceof KeyringError)) throw thrown
    return { ...common, waiting: [], missing: undefined, stands: undefined, refused: thrown.message }
  }
}

async function openAndLook(config: Config, common: { now: number; warnings: readonly string[] }): Promise<Looked> {
  const waiting = config.database === 'embedded' ? await waitingSteps(join(config.data, 'lamplighter.db'), modules) : []
  if (await isRunning(config)) {
    const { body } = await operatorCall(config.data, { method: 'GET', path: '/health/ready' })
    const stands = (await operatorCall(config.data, { method: 'GET', path: '/stands' })).body as unknown as Stands
    return { ...common, waiting, missing: body.missing as { name: string; why: string }[], stands }
  }
  // Looking must not make a database: only one that is there is opened.
  const isThere =
    config.database === 'embedded'
      ? waiting.length === 0 && existsSync(join(config.data, 'lamplighter.db'))
      : (await tablesIn(config.database)).includes('migrations')
  if (!isThere) {
    return { ...common, waiting, missing: undefined, stands: undefined }
  }
  const context = await openContext({ config, patient: true })
  try {
    return { ...common, waiting, missing: undefined, stands: await context.stands() }
  } finally {
    await context.close()
  }
}
