import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Context, openContext } from '../../packages/server/src/context.ts'
import { seedHouse } from '../../packages/server/src/demo/seed.ts'
import { loadConfig } from '../../packages/server/src/http/config.ts'
import { startServer } from '../../packages/server/src/http/server.ts'

/** A server with the demo's rules and lists, in a folder that goes with the process. */
export interface House {
  readonly context: Context
  readonly url: string
  /** API keys; each has rate limits of its own. */
  readonly keys: readonly string[]
  /** @param app what answers; the house's own where none is given. @returns its address */
  listen(app?: Context['app']): Promise<string>
}

/** @param env settings other than the shipped ones */
export async function openHouse(env: Readonly<Record<string, string>> = {}): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'll-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  process.on('disconnect', () => process.exit())
  const { config } = loadConfig({ env, flags: { data: folder, log: 'silent' }, folder })
  const context = await openContext({ config })
  await seedHouse(context, 'http://127.0.0.1:9/nobody')
  const doer = { name: 'operator', staff: null, touch: 'operator' as const, request: 'bench' }
  const keys: string[] = []
  for (let n = 0; n < 64; n += 1) {
    const made = await context.people.newKey({
      name: `${n}`,
      connection: 'harbour',
      scopes: ['screen', 'events'],
      days: 1,
      doer,
    })
    keys.push(made.key)
  }
  return {
    context,
    url: config.url,
    keys,
    async listen(app = context.app) {
      const { readiness } = context
      const listen = { host: '127.0.0.1', port: 0 }
      const server = await startServer({ app, readiness, listen, graceMs: 0, shutdownMs: 1_000 })
      return `http://127.0.0.1:${server.port}`
    },
  }
}
