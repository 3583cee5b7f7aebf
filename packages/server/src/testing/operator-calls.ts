import { type Answered, freshId, type House } from './house.ts'

/** A call of the operator, who comes by another socket. */
export async function operatorCalls(house: House, path: string, body: unknown, method = 'POST'): Promise<Answered> {
  const request = new Request(new URL(path, house.context.config.url), {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'idempotency-key': freshId() },
  })
  const answer = await house.context.app.fetch(request, { operator: true })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, bytes: Buffer.from(text), body: JSON.parse(text) }
}
