import type { Endpoint } from '@lamplighter/api'
import type { z } from 'zod'
import { AppError, type Fault } from './errors.ts'
import { brokenTexts, mayBreak, parseJson, textOf } from './json.ts'

const MAX_QUERY = 2048
const MAX_FAULTS = 20

/** A path that names no possible object names nothing: the same answer as for an absent one. */
export function paramsOf(endpoint: Endpoint, given: Record<string, string>): unknown {
  const parsed = endpoint.params.safeParse(given)
  if (parsed.success) return parsed.data
  throw new AppError('not_found', 'There is nothing under this address, or it is not for you.')
}

export function queryOf(endpoint: Endpoint, url: URL): unknown {
  if (url.search.length > MAX_QUERY)
    throw new AppError('malformed', `The query is longer than ${MAX_QUERY} characters.`)
  const given: Record<string, string> = {}
  for (const [name, value] of url.searchParams) {
    if (Object.hasOwn(given, name)) throw new AppError('malformed', 'A query parameter is sent twice. Send each once.')
    given[name] = value
  }
  const parsed = endpoint.query.safeParse(given)
  if (parsed.success) return parsed.data
  throw refusalOf('query', faultsOf(parsed.error, '/query'))
}

/** The JSON body in the shape of the endpoint; members it does not name are dropped (security.md S-17). */
export function jsonBodyOf(endpoint: Endpoint, bytes: Uint8Array): unknown {
  if (endpoint.body === undefined) return undefined
  const text = textOf(bytes)
  const json = parseJson(text)
  const broken = mayBreak(text) ? brokenTexts(json) : []
  if (broken.length > 0) throw refusalOf('body', broken)
  const parsed = endpoint.body.safeParse(json)
  if (parsed.success) return parsed.data
  throw refusalOf('body', faultsOf(parsed.error, ''))
}

/** @throws AppError `unsupported_type` when the body's type is none that the endpoint takes */
export function checkType(endpoint: Endpoint, header: string | null): void {
  const given = (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const taken = endpoint.body === undefined ? (endpoint.takes ?? []) : ['application/json']
  if (taken.length === 0 || taken.includes('*/*') || taken.includes(given)) return
  throw new AppError('unsupported_type', `Expected Content-Type ${taken.join(' or ')}.`)
}

/**
 * What `If-Match` names: the revision of a thing, or the hash of a text, as the caller saw it.
 *
 * @throws AppError `precondition_required` · `malformed`
 */
export function matchOf({ ifMatch }: Endpoint, header: string | null): { ifMatch?: number; ifHash?: string } {
  if (ifMatch === undefined || ifMatch === false) return {}
  const [what, shape, example] = MATCHES[ifMatch === 'hash' ? 'hash' : 'revision']
  if (header === null) {
    throw new AppError('precondition_required', `This change needs a header If-Match with the ${what} that you read.`)
  }
  const found = shape.exec(header.trim())?.[1]
  if (found === undefined)
    throw new AppError('malformed', `If-Match: expected one ${what} in quotes, such as ${example}.`)
  return ifMatch === 'hash' ? { ifHash: found } : { ifMatch: Number(found) }
}

const MATCHES = {
  revision: ['revision', /^"(\d{1,15})"$/, '"12"'],
  hash: ['hash', /^"(sha256:[0-9a-f]{64})"$/, '"sha256:5d…"'],
} as const

/** The refusal of something with faults, each named with its place. @param what `body`, `query`, `event` */
export function refusalOf(what: string, faults: readonly Fault[]): AppError {
  const first = faults[0]
  const isHash = faults.length > 0 && faults.every(({ code }) => code === 'bad_hash')
  return new AppError(
    isHash ? 'bad_hash' : 'invalid',
    `The ${what} does not have the right shape: ${faults.length} fault(s).`,
    {
      errors: faults,
      ...(first !== undefined && { pointer: first.pointer }),
    },
  )
}

/** Zod's issues as faults. Its messages say what was expected; those that would quote the value are replaced. */
export function faultsOf(error: z.ZodError, place: string): Fault[] {
  return error.issues.slice(0, MAX_FAULTS).map((issue) => {
    const pointer =
      place + issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    return { code: 'invalid', pointer, detail: wordsOf(issue) }
  })
}

function wordsOf(issue: z.core.$ZodIssue): string {
  // Said by the contract itself; Zod's own messages begin otherwise.
  if (issue.message.startsWith('expected ')) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `expected at least ${issue.minimum}`
    case 'too_big':
      return `expected at most ${issue.maximum}`
    case 'invalid_format':
      return `expected the form ${issue.format}`
    default:
      return 'not in the expected shape'
  }
}
