import { type Answered, freshId, type House } from './house.ts'

/** A call of the operator, who comes by another socket. */
export async function operatorCalls(house: House, path: string, body: unknown, method = 'POST'): Promise<Answered> {
  return sent(house, path, { method, body: JSON.stringify(body), type: 'application/json' })
}

/** The operator hands a list file in. Gives what came of it, once it has ended. */
export async function operatorHandsIn(
  house: House,
  path: string,
  text: string,
  type = 'text/plain',
): Promise<Answered> {
  const taken = await sent(house, path, { method: 'POST', body: text, type })
  return importEnded(house, path, taken)
}

/** Waits for the import that a call has begun. @param taken the call's answer: what is no import is given as it is */
export async function importEnded(house: House, path: string, taken: Answered): Promise<Answered> {
  const id = taken.body.import
  if (taken.status !== 202 || id === undefined) return taken
  await house.context.imports.idle()
  const place = path.replace(/\/versions(\?.*)?$/, `/imports/${id}`)
  return sent(house, place, { method: 'GET' })
}

async function sent(
  house: House,
  path: string,
  o: { method: string; body?: string; type?: string },
): Promise<Answered> {
  const request = new Request(new URL(path, house.context.config.url), {
    method: o.method,
    ...(o.body !== undefined && { body: o.body }),
    headers: { ...(o.type !== undefined && { 'content-type': o.type }), 'idempotency-key': freshId() },
  })
  const answer = await house.context.app.fetch(request, { operator: true })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, bytes: Buffer.from(text), body: JSON.parse(text) }
}
