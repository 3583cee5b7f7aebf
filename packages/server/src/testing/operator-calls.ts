import { type Answered, freshId, type House } from './house.ts'

/** A call of the operator, who comes by another socket. */
export async function operatorCalls(house: House, path: string, body: unknown, method = 'POST'): Promise<Answered> {
  return sent(house, path, { method, body: JSON.stringify(body), type: 'application/json' })
}

/** The operator puts the entries of a list at once: `live=yes`. */
export async function operatorPuts(house: House, path: string, text: string): Promise<Answered> {
  return sent(house, path, { method: 'PUT', body: text, type: 'text/plain' })
}

async function sent(house: House, path: string, o: { method: string; body: string; type: string }): Promise<Answered> {
  const request = new Request(new URL(path, house.context.config.url), {
    method: o.method,
    body: o.body,
    headers: { 'content-type': o.type, 'idempotency-key': freshId() },
  })
  const answer = await house.context.app.fetch(request, { operator: true })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, bytes: Buffer.from(text), body: JSON.parse(text) }
}
