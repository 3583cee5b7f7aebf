import { setTimeout as sleep } from 'node:timers/promises'
import { type ExchangeJson, pullExchange } from '@lamplighter/api'
import { type Call, isRunning, withApi } from './api.ts'
import type { Command } from './command.ts'
import { exchangesOf, oneOf } from './commands/exchanges.ts'
import { type Io, UsageError } from './io.ts'

const LOOK_EVERY_MS = 500
/** A source that is away is asked again for hours: that is the server's matter, and others wait for their turn here. */
const MOST_WAITING_MS = 20_000

/** `lists pull`: begins pulls and shows how far they are. */
export const pullCommand: Command = {
  name: 'lists pull',
  summary:
    'Pulls the lists of an exchange now, or of all that are on. Needs a running server, which goes on by itself where a source is away.',
  example: 'lamplighter lists pull ncmec_npo',
  args: ['exchange?'],
  async run(io, { args: [id] }) {
    if (!(await isRunning(io.config().config)))
      throw new UsageError('no server runs here, and a pull is its work; start it with: lamplighter start')
    const ended = await withApi(io, async (call) => {
      const all = await exchangesOf(call)
      const wanted = id === undefined ? all.filter(({ state }) => state === 'on') : [oneOf(all, id)]
      if (wanted.length === 0) throw new UsageError('no exchange is on; see: lamplighter exchanges list')
      const pulls: ExchangeJson[] = []
      for (const one of wanted) pulls.push(await pullOne(io, call, one.id))
      return pulls
    })
    io.result({ items: ended }, ended.map(endOf))
    return ended.every(({ pull }) => pull?.state === 'done') ? 0 : 1
  },
}

/** Waits for the end of one pull. How many rows there will be nobody knows, so the bar counts towards what is here. */
async function pullOne(io: Io, call: Call, id: string): Promise<ExchangeJson> {
  const { pull } = pullExchange.answer.parse(await call('POST', `/v1/exchanges/${id}/pull`, {}))
  let said: string | undefined
  let waitsSince: number | undefined
  for (;;) {
    const one = oneOf(await exchangesOf(call), id)
    const isOver = waitsSince !== undefined && performance.now() - waitsSince > MOST_WAITING_MS
    if (one.pull?.id !== pull || one.pull.state !== 'running' || isOver) {
      if (io.err.isTTY && said !== undefined) io.err.write('\r\u001b[K')
      return one
    }
    const { pages, rows, why } = one.pull
    waitsSince = why === null ? undefined : (waitsSince ?? performance.now())
    const line = `${id}: ${pages} pages, ${rows.toLocaleString('en')} rows${why === null ? '' : ` · waits: ${why}`}`
    if (!io.quiet && line !== said) io.err.write(io.err.isTTY ? `\r\u001b[K${line}` : `${line}\n`)
    said = line
    await sleep(LOOK_EVERY_MS)
  }
}

function endOf({ id, pull, trouble }: ExchangeJson): string {
  if (pull?.state === 'running')
    return `${id}: waits (${pull.why ?? 'busy'}); the server goes on by itself, see lamplighter exchanges list`
  if (pull?.state !== 'done') return `${id}: STOPPED, ${trouble?.words ?? pull?.why ?? 'nothing was pulled'}`
  return `${id}: ${pull.rows.toLocaleString('en')} rows, ${pull.bad} of them cannot be read; see lamplighter lists status`
}
