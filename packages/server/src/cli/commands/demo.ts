import { openDemo } from '../../demo/run.ts'
import { AppError } from '../../http/errors.ts'
import { isLoopbackHost } from '../../http/hosts.ts'
import { startServer } from '../../http/server.ts'
import { openLog } from '../../log.ts'
import { version } from '../../software.ts'
import { type Call, isRunning, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'
import { startProgress } from '../progress.ts'
import { untilStopped } from './start.ts'

export const commands: readonly Command[] = [
  {
    name: 'demo',
    summary: 'Starts a made-up town chat with Lamplighter around it, on this machine only.',
    example: 'lamplighter demo --reset',
    options: {
      reset: { help: 'forget everything and start anew' },
      host: { help: 'refused: the demo listens on loopback only', value: 'address' },
    },
    async run(io, given) {
      const began = performance.now()
      const host = given.value('host')
      const { config } = io.config()
      if ((host !== undefined && !isLoopbackHost(host)) || !isLoopbackHost(config.listen.host)) {
        throw new UsageError(
          'The demo signs people in without a passkey, so it listens on loopback only. Use "lamplighter init" to run Lamplighter for others.',
        )
      }
      const progress = startProgress(io, 'seed')
      const demo = await openDemo(config, { reset: given.has('reset'), onProgress: progress.update })
      progress.end()
      const { context, seeded } = demo
      openLog('silent')
      const server = await startServer({
        app: context.app,
        readiness: context.readiness,
        listen: config.listen,
        data: config.data,
        graceMs: 0,
        shutdownMs: config.shutdownS * 1000,
        onDrain: () => context.live.close(),
      })
      const traffic = demo.startTraffic()
      const { url } = config
      const lines = [
        `Lamplighter ${version}   Node ${process.versions.node}   one process, embedded database, nothing leaves this machine`,
        seeded === undefined
          ? 'seed    Harbour, a made-up town chat, as you left it                       (--reset starts anew)'
          : `seed    Harbour, a made-up town chat: ${seeded.accounts} accounts, ${seeded.messages.toLocaleString('en')} messages, ${seeded.reports} reports`,
        'traffic 2 made-up events a second',
        '',
        `  Console     ${demo.link}      signs you in once, for 15 minutes`,
        `  Harbour     ${url}/demo                 the made-up platform: what it was asked to do`,
        `  User page   ${url}/demo/notice          the newest notice to a person`,
        `  API         ${url}/openapi.json         Public log      ${url}/log/`,
        '',
        '  try it      npx lamplighter demo say "meet me at the harbour tonight, bring nobody"',
        `              npx lamplighter ledger verify ${url}`,
        '  for real    npx lamplighter init',
        `ready in ${((performance.now() - began) / 1000).toFixed(1)} s`,
      ]
      if (io.json)
        io.out.write(
          `${JSON.stringify({ url, link: demo.link, seeded: seeded ?? null, readyMs: Math.round(performance.now() - began) })}\n`,
        )
      else io.out.write(`${lines.join('\n')}\n`)
      const outcome = await untilStopped((abort) => server.stop(abort))
      traffic.stop()
      if (outcome === 'late') return 75
      await context.close()
      return 0
    },
  },
  {
    name: 'demo say',
    summary: 'Sends one made-up message through the gate of the running demo.',
    example: 'lamplighter demo say "meet me at the harbour tonight, bring nobody"',
    args: ['text'],
    async run(io, given) {
      const { config } = io.config()
      if (!(await isRunning(config)))
        throw new UsageError('The demo does not run on this data folder. Start it with: npm start')
      const answer = await withApi(io, (call) => sayTo(call, given.args[0] ?? '', config.data))
      const opened = answer.case === null ? '' : `, case C-${answer.case}: ${answer.page}`
      io.result(answer, [
        `verdict ${answer.verdict}${opened}`,
        ...(answer.because as string[]).map((reason) => `  ${reason}`),
      ])
      return 0
    },
  },
]

/** Only the demo has this call; a real server answers that there is no such address. */
async function sayTo(call: Call, text: string, data: string): Promise<Record<string, unknown>> {
  try {
    return await call('POST', '/v1/demo/say', { text })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error
    throw new UsageError(
      `The server that runs on ${data} is not the demo, so nothing was sent. Start the demo in a folder of its own: lamplighter demo`,
    )
  }
}
