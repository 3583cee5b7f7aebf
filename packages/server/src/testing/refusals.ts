import { type Act, type Code, codes, codesOf, type Endpoint, Problem } from '@lamplighter/api'
import { expect } from 'vitest'
import { acts } from '../http/acts.ts'
import type { App } from '../http/app.ts'
import { type Answered, freshId, type House } from './house.ts'

/** Stands wherever a caller's words can stand: no refusal may repeat it. */
export const CANARY = 'canary-9c41'

/** What a caller sends to say who it is; the operator comes by another socket. */
export type Who = Readonly<Record<string, string>> | 'operator'

export interface Sent {
  readonly who?: Who
  readonly method?: string
  readonly path?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly app?: App
}

/** Everybody who may do something here, by the table of acts. */
export interface Callers {
  readonly platform: Who
  readonly staff: Readonly<Record<string, Who>>
}

export function whoMay(act: Act, { platform, staff }: Callers): Who {
  const row = acts[act]
  if (row.scopes !== undefined) return platform
  const role = Object.keys(staff).find((name) => Object.hasOwn(row.roles ?? {}, name))
  return role === undefined ? 'operator' : (staff[role] ?? 'operator')
}

const FITTING: Readonly<Record<string, string>> = {
  number: '1',
  n: '1',
  lane: 'reports',
  version: '1',
  rule: 'bad_link',
  'rulesets name': 'starter',
  'settings name': 'platform.name',
  'switches id': 'uk.private_scan',
  'exchanges id': 'nowhere',
}

/** The path with something in place of each parameter; by default something that fits, though nothing has that name. */
export const filled = (endpoint: Endpoint, by?: string): string =>
  endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => by ?? fitting(endpoint, name))

function fitting({ path }: Endpoint, name: string): string {
  return FITTING[`${path.split('/')[2]} ${name}`] ?? FITTING[name] ?? 'st_00000000000000000000000000'
}

/** Calls an endpoint with headers that its shape asks for, unless others are given. */
export async function send(house: House, endpoint: Endpoint, sent: Sent): Promise<Answered> {
  const { who = {}, body, app = house.context.app } = sent
  const headers = new Headers({
    ...((endpoint.body ?? endpoint.takes) !== undefined && {
      'content-type': endpoint.takes?.[0] ?? 'application/json',
    }),
    ...(endpoint.repeat === 'key' && { 'idempotency-key': freshId() }),
    ...(endpoint.ifMatch && { 'if-match': endpoint.ifMatch === 'hash' ? `"sha256:${'0'.repeat(64)}"` : '"1"' }),
    ...(who === 'operator' ? {} : who),
    ...sent.headers,
  })
  for (const [name, value] of [...headers]) if (value === '') headers.delete(name)
  const bodyOrNone = body ?? (endpoint.body === undefined ? undefined : '{}')
  const answer = await app.fetch(
    new Request(new URL(sent.path ?? filled(endpoint), house.context.config.url), {
      method: sent.method ?? endpoint.method.toUpperCase(),
      headers,
      ...(bodyOrNone !== undefined && { body: bodyOrNone as string, duplex: 'half' }),
    }),
    who === 'operator' ? { operator: true } : {},
  )
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  const json = answer.headers.get('content-type')?.includes('json') === true
  return { status: answer.status, headers: answer.headers, text, bytes, body: json ? JSON.parse(text) : bytes }
}

/** Which refusals of which calls were seen. */
export class Seen {
  readonly #pairs = new Set<string>()

  /** Demands this refusal, as a problem that repeats nothing of the caller's, and remembers it. */
  add({ id }: Endpoint, code: Code, answer: Answered): void {
    const [status, title] = codes[code]
    expect([id, answer.status, answer.body.code ?? answer.text]).toEqual([id, status, code])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(Problem.strict().parse(answer.body)).toMatchObject({
      type: `http://localhost:4100/problems/${code}`,
      title,
      status,
      instance: answer.headers.get('request-id'),
    })
    for (const word of [CANARY, 'kestrel', 'plover']) expect(answer.text).not.toContain(word)
    this.#pairs.add(`${id} ${code}`)
  }

  /** What these calls declare and nobody has seen yet. */
  missing(endpoints: readonly Endpoint[]): string[] {
    return endpoints.flatMap((endpoint) =>
      declaredBy(endpoint)
        .map((code) => `${endpoint.id} ${code}`)
        .filter((pair) => !this.#pairs.has(pair)),
    )
  }
}

export const declaredBy = (endpoint: Endpoint): Code[] => [...codesOf(endpoint).values()].flat()
