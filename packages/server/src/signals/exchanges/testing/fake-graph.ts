import type { FakeAnswer, FakeCall, Trap } from './fake-server.ts'

/* What all of Meta's Graph API has in common: its errors, and how fields are asked for. */

export const fakeApp = '1064060413755420'
export const graphToken = `${fakeApp}|s3cret-S3CRET-s3cret`

/** One of Graph's errors. The code says what it is, the status next to nothing. */
export const graphProblem =
  (code: number, status = 400): Trap =>
  () =>
    problem(code, `(#${code}) Something is wrong with ${graphToken}`, undefined, status)

export function problem(code: number, message: string, subcode?: number, status = 400): FakeAnswer {
  return json(status, {
    error: {
      message,
      type: 'OAuthException',
      code,
      ...(subcode !== undefined && { error_subcode: subcode }),
      fbtrace_id: 'EJplcsCHuLu',
    },
  })
}
export const json = (status: number, body: unknown): FakeAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
export const unknownIn = (given: URLSearchParams, known: readonly string[]): string | undefined =>
  [...given.keys()].find((name) => !known.includes(name))
export const formOf = (call: FakeCall): URLSearchParams | undefined =>
  call.headers['content-type'] === 'application/x-www-form-urlencoded' ? new URLSearchParams(call.body) : undefined

/** `a,b{c,d{e}}` as a: [], b: [c, d]. */
export function fieldsOf(text: string): ReadonlyMap<string, readonly string[]> | undefined {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const char of text) {
    if (char === '{') depth += 1
    if (char === '}') depth -= 1
    if (char === ',' && depth === 0) {
      parts.push(part)
      part = ''
    } else part += char
  }
  if (depth !== 0) return undefined
  return new Map(
    [...parts, part].map((one) => {
      const [, name = '', inner] = /^([a-z_]+)(?:\{(.*)\})?$/.exec(one) ?? []
      return [name, inner === undefined ? [] : [...(fieldsOf(inner)?.keys() ?? [])]] as const
    }),
  )
}
