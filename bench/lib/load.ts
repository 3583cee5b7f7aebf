import { Agent, request } from 'node:http'

export interface Sent {
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT'
  readonly path: string
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

export interface Sum {
  readonly calls: number
  readonly perSecond: number
  readonly p99Ms: number
  /** The answers that were not 2xx, by status. */
  readonly refused: Readonly<Record<number, number>>
  /** The last answer, to compare the two sides by. */
  readonly last: string
}

/**
 * So many connections, each sending the next call when the last is answered; with `perSecond`, at most so many calls in all, at even
 * distances.
 */
export async function load(
  origin: string,
  next: (call: number, caller: number) => Sent,
  how: { readonly callers: number; readonly ms: number; readonly perSecond?: number },
): Promise<Sum> {
  const agent = new Agent({ keepAlive: true, maxSockets: how.callers })
  const started = performance.now()
  const until = started + how.ms
  const times: number[] = []
  const refused: Record<number, number> = {}
  let calls = 0
  let last = ''
  const gapMs = how.perSecond === undefined ? 0 : 1_000 / how.perSecond
  const caller = async (n: number): Promise<void> => {
    while (performance.now() < until) {
      const call = calls++
      const due = started + call * gapMs
      if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
      // Counted from when it was due: a queue that builds up is not hidden.
      const began = gapMs === 0 ? performance.now() : due
      const answer = await send(origin, agent, next(call, n))
      times.push(performance.now() - began)
      if (answer.status < 200 || answer.status > 299) refused[answer.status] = (refused[answer.status] ?? 0) + 1
      last = answer.body
    }
  }
  await Promise.all(Array.from({ length: how.callers }, (_, n) => caller(n)))
  const seconds = (performance.now() - started) / 1_000
  agent.destroy()
  return { calls, perSecond: calls / seconds, p99Ms: quantileOf(times, 0.99), refused, last }
}

function quantileOf(times: number[], share: number): number {
  times.sort((a, b) => a - b)
  return times[Math.floor((times.length - 1) * share)] ?? Number.NaN
}

/** One call, and its whole answer. */
export function send(
  origin: string,
  agent: Agent,
  { method = 'POST', path, body, headers }: Sent,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      origin + path,
      { method, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
        answer.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}
