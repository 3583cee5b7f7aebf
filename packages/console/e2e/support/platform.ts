import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'

export interface Got {
  readonly type: string
  readonly data: Record<string, unknown>
}

/** A platform of the test's own: it takes what is sent to it, and keeps what a stranger's library finds rightly signed. */
export interface Receiver {
  readonly url: string
  readonly got: readonly Got[]
  /** Deliveries whose signature or time was wrong. */
  readonly refused: readonly string[]
  /** The secret that the console showed once. */
  trust(secret: string): void
  close(): Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const got: Got[] = []
  const refused: string[] = []
  let webhook: Webhook | undefined
  const server = createServer((request, answer) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      try {
        if (webhook === undefined) throw new Error('no secret yet')
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        )
        got.push(webhook.verify(Buffer.concat(parts).toString(), headers) as Got)
        answer.writeHead(200).end()
      } catch (error) {
        refused.push(String(error))
        answer.writeHead(401).end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    got,
    refused,
    trust(secret) {
      webhook = new Webhook(secret)
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
