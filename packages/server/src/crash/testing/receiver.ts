import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A message as the receiver first got it. */
export interface Heard {
  readonly type: string
  readonly action: string | null
  readonly do: string | null
  readonly account: string | null
  /** It says again what holds, after an older letter came late: no second effect. */
  readonly restates: boolean
  /** How often it came, under one webhook-id. */
  times: number
}

/** The other end of the webhooks: counts what it hears by message. Now and then it takes a message and hangs up without an answer. */
export class CountingReceiver {
  readonly url: string
  readonly heard = new Map<string, Heard>()
  readonly #close: () => void

  private constructor(url: string, close: () => void) {
    this.url = url
    this.#close = close
  }

  static async open(hangsUp: () => boolean): Promise<CountingReceiver> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const receiver = new CountingReceiver(`http://127.0.0.1:${port}/hook`, () => {
      server.closeAllConnections()
      server.close()
    })
    server.on('request', async (request, answer) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of request) chunks.push(chunk)
      } catch {
        // The sender was killed in the middle of its sentence: nothing was said.
        return
      }
      receiver.#take(String(request.headers['webhook-id']), JSON.parse(Buffer.concat(chunks).toString()))
      if (hangsUp()) request.socket.destroy()
      else answer.writeHead(204).end()
    })
    return receiver
  }

  #take(id: string, { type, data }: { type: string; data: Record<string, unknown> }): void {
    const before = this.heard.get(id)
    if (before !== undefined) before.times += 1
    else
      this.heard.set(id, {
        ...{ type, action: text(data.action), do: text(data.do), account: text(data.account), times: 1 },
        restates: data.restates === true,
      })
  }

  close(): void {
    this.#close()
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
