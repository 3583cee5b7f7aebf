import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../engine.ts'
import { laterOf } from '../later.ts'
import { sqrlCountedInputsOf, sqrlCountersOf } from '../print/counting.ts'
import { peer } from './peer.ts'
import { hosted } from './sqrl.ts'

/** What of `sqrl-redis-functions` 0.6.8 is used here. */
interface RedisFunctions {
  register(instance: unknown): void
}

/** SQRL with the store of counters that it has in memory. */
export const sqrlCounting: Engine = engineWith(async () => ({ 'state.allow-in-memory': true }))

/** SQRL with a Redis of its own that is told to write each command to disk before it answers. */
export const sqrlRedis: Engine = engineWith(async () => ({ 'redis.address': await startRedis() }))

/** Why there is no Redis here; undefined if there is one. */
export function redisMissing(): string | undefined {
  return spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'redis-server is not installed'
}

function engineWith(configOf: () => Promise<object>): Engine {
  return {
    async load(_, events) {
      const { register } = peer<RedisFunctions>('sqrl-redis-functions')
      const labelsOf = await hosted(sqrlCountersOf(), { config: await configOf(), register })
      const own = laterOf(events)
      return { goesOn: true, decide: (event) => labelsOf(sqrlCountedInputsOf(own(event))) }
    },
  }
}

/** Ends with its input, which is closed however this process ends: no server is left behind. */
const WHILE_WE_LIVE = 'redis-server "$@" & redis=$!; cat > /dev/null; kill $redis; wait; rm -rf "$0"'

async function startRedis(): Promise<string> {
  const port = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'll-redis-'))
  const flags = ['--port', String(port), '--dir', dir, '--bind', '127.0.0.1', '--save', '']
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always']
  const redis = spawn('sh', ['-c', WHILE_WE_LIVE, dir, ...flags, ...durable], { stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    redis.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)))
    redis.stdout.on('data', (said) => {
      if (String(said).includes('Ready to accept connections')) resolve()
    })
  })
  return `127.0.0.1:${port}`
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
