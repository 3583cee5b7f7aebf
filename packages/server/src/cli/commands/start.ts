import { openContext } from '../../context.ts'
import { configurationWarned } from '../../events.ts'
import { type Config, ConfigError, envNameOf, type Setting } from '../../http/config.ts'
import { startServer } from '../../http/server.ts'
import { openLog } from '../../log.ts'
import { version } from '../../software.ts'
import type { Command } from '../command.ts'
import { assertConfigured } from '../configured.ts'

/** Settings that are known but that this version cannot act on: better refused than silently without effect. */
export function refuseUnavailable(config: Config): void {
  const asked: [Setting, boolean][] = [
    ['role', config.role !== 'all'],
    ['stream', config.stream !== 'database'],
    ['blobs', config.blobs !== 'files'],
    ['blobLock', config.blobLock !== 'off'],
    ['keyCommand', config.keyCommand !== undefined],
    ['oidcIssuer', config.oidcIssuer !== undefined],
    ['smtp', config.smtp !== undefined],
    ['peerListen', config.peerListen !== undefined],
    ['metricsListen', config.metricsListen !== undefined],
    ['databaseReplica', config.databaseReplica !== undefined],
  ]
  const lines = asked.flatMap(([setting, is]) =>
    is ? [`${envNameOf(setting)}: this version cannot do that. Take it out.`] : [],
  )
  if (lines.length > 0) throw new ConfigError(lines)
}

export const commands: readonly Command[] = [
  {
    name: 'start',
    summary: 'Runs the server until it is told to stop.',
    example: 'lamplighter start --listen 127.0.0.1:4100',
    async run(io) {
      const loaded = io.config()
      const { config, warnings } = loaded
      refuseUnavailable(config)
      assertConfigured(io.folder, loaded)
      const context = await openContext({ config })
      openLog(config.log)
      for (const _ of warnings) configurationWarned('secret_file_readable')
      const server = await startServer({
        app: context.app,
        readiness: context.readiness,
        listen: config.listen,
        data: config.data,
        // One process has no load balancer that would have to notice.
        graceMs: config.role === 'all' ? 0 : 3_000,
        shutdownMs: config.shutdownS * 1000,
        onDrain: () => context.live.close(),
      })
      context.quiet.whenLoud(() => context.start())
      if (context.quiet.state() !== undefined) {
        io.err.write('Restored from a backup and quiet: nothing is sent. Next: lamplighter restore resume\n')
      }
      // Heard from before anybody is told that it runs.
      const stopped = untilStopped((abort) => server.stop(abort))
      if (!io.quiet)
        io.err.write(
          `Lamplighter ${version} listens on ${config.url} (${server.addresses.join(', ')} port ${server.port})\n`,
        )
      if ((await stopped) === 'late') return 75
      await context.close()
      return 0
    },
  },
]

// A terminal signals every program of ours, and each hands it on: that is one press of a key, not several.
const ONE_PRESS_MS = 500

/** Waits for SIGTERM or SIGINT; a second one cuts the stop short (platform.md §17). */
export async function untilStopped(stop: (abort: AbortSignal) => Promise<'clean' | 'late'>): Promise<'clean' | 'late'> {
  const asked = Promise.withResolvers<void>()
  const again = new AbortController()
  let firstAt: number | undefined
  const onSignal = () => {
    firstAt ??= performance.now()
    asked.resolve()
    if (performance.now() - firstAt > ONE_PRESS_MS) again.abort()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  try {
    await asked.promise
    return await stop(again.signal)
  } finally {
    process.off('SIGTERM', onSignal)
    process.off('SIGINT', onSignal)
  }
}
