import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface Received {
  readonly id: string
  readonly type: string
  readonly at: number
  readonly data: Record<string, unknown>
  readonly body: string
}

type Behaviour = (answer: ServerResponse, received: Received, request: IncomingMessage) => void

/** A platform's webhook receiver on loopback. It checks every call with the reference library, at the time that its clock shows. */
export class Receiver {
  readonly url: string
  readonly calls: Received[] = []
  readonly refused: string[] = []
  secrets: string[] = []
  behave: Behaviour = (answer) => answer.writeHead(204).end()
  readonly #close: () => void

  private constructor(url: string, close: () => void) {
    this.url = url
    this.#close = close
  }

  static async open(): Promise<Receiver> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const receiver = new Receiver(`http://127.0.0.1:${port}/hook`, () => {
      server.closeAllConnections()
      server.close()
    })
    server.on('request', (request, answer) => receiver.#take(request, answer))
    return receiver
  }

  async #take(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString()
    const at = Number(request.headers['webhook-timestamp']) * 1000
    const letter = JSON.parse(body)
    const received = { id: String(request.headers['webhook-id']), type: letter.type, at, data: letter.data, body }
    if (!this.secrets.some((secret) => isSigned(secret, request, body))) this.refused.push(received.id)
    this.calls.push(received)
    this.behave(answer, received, request)
  }

  /** What was received, as short words: `suspend`, `label*` for a restatement, `unsuspend!` for a withdrawal. */
  words(): string[] {
    return this.calls.map(({ type, data }) => {
      const mark = data.restates === true ? '*' : type === 'action.withdrawn' ? '!' : ''
      return `${data.do ?? type}${mark}`
    })
  }

  close(): void {
    this.#close()
  }
}

// The library compares with the machine's clock; the signed time is the simulated one, so both are shifted alike.
function isSigned(secret: string, request: IncomingMessage, body: string): boolean {
  const id = String(request.headers['webhook-id'])
  const at = Number(request.headers['webhook-timestamp'])
  const expected = new Webhook(secret).sign(id, new Date(at * 1000), body)
  return String(request.headers['webhook-signature']).split(' ').includes(expected)
}
