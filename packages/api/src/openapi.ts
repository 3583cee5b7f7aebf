import { z } from 'zod'
import { operatorActs } from './acts.ts'
import { type Code, codes, commonCodes } from './codes.ts'
import type { Endpoint } from './endpoint.ts'

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  instance: z.string(),
  pointer: z.string().optional(),
  errors: z.array(z.object({ code: z.string(), pointer: z.string(), detail: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>

const json = (schema: z.ZodType): unknown => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

const parameters = (shape: z.ZodType, place: 'path' | 'query'): unknown[] => {
  if (!(shape instanceof z.ZodObject)) return []
  const entries: [string, z.ZodType][] = Object.entries(shape.shape)
  return entries.map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || !schema.safeParse(undefined).success,
    schema: json(schema),
  }))
}

/** All error codes that a call may answer with, by status. */
export function codesOf(endpoint: Endpoint): Map<number, Code[]> {
  const byStatus = new Map<number, Code[]>()
  for (const code of new Set([...commonCodes, ...codesOfShape(endpoint), ...endpoint.codes])) {
    const status = codes[code][0]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return byStatus
}

/** What can be wrong with a call of this shape, before its own rules are asked. */
function codesOfShape({ act, method, params, query, body, takes, repeat, ifMatch, writes }: Endpoint): Code[] {
  const types = body !== undefined ? ['application/json'] : (takes ?? [])
  const found: Code[] = []
  if (!operatorActs.has(act)) found.push('rate_limited')
  if (hasMembers(params)) found.push('not_found')
  if (body !== undefined || hasMembers(query)) found.push('invalid')
  if (types.length > 0) found.push('too_large')
  if (types.length > 0 && !types.includes('*/*')) found.push('unsupported_type')
  if (repeat === 'key') found.push('idempotency_key_required', 'idempotency_mismatch', 'in_progress')
  if (ifMatch) found.push('precondition_required')
  if (writes ?? method !== 'get') found.push('storage_full', 'commit_unknown')
  return found
}

const hasMembers = (shape: z.ZodType): boolean => shape instanceof z.ZodObject && Object.keys(shape.shape).length > 0

const header = (name: string, description: string): unknown => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
})

const operation = (endpoint: Endpoint): unknown => {
  const responses: Record<string, unknown> = {
    [endpoint.status]: {
      description: 'Done',
      content: {
        [endpoint.gives ?? 'application/json']: {
          schema: endpoint.gives === undefined ? json(endpoint.answer) : { type: 'string' },
        },
      },
    },
  }
  for (const [status, list] of [...codesOf(endpoint)].sort(([a], [b]) => a - b)) {
    responses[status] = {
      description: list.join(' · '),
      'x-codes': list,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }
  }
  const content =
    endpoint.body !== undefined
      ? { 'application/json': { schema: json(endpoint.body) } }
      : endpoint.takes &&
        Object.fromEntries(endpoint.takes.map((type) => [type, { schema: takenSchema(type, endpoint.reads) }]))
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    'x-act': endpoint.act,
    parameters: [
      ...parameters(endpoint.params, 'path'),
      ...parameters(endpoint.query, 'query'),
      ...(endpoint.repeat === 'key'
        ? [header('Idempotency-Key', '1 to 255 visible characters; the same key and body give the same answer')]
        : []),
      ...(endpoint.ifMatch ? [header('If-Match', IF_MATCH[endpoint.ifMatch === 'hash' ? 'hash' : 'revision'])] : []),
    ],
    ...(content && { requestBody: { required: true, content } }),
    responses,
  }
}

const takenSchema = (type: string, reads: z.ZodType | undefined): unknown =>
  type === 'application/json' && reads !== undefined ? json(reads) : { type: 'string', format: 'binary' }

const IF_MATCH = {
  revision: 'Revision of the thing that is changed, in quotes',
  hash: 'Hash of the rule-set version that was looked at, in quotes',
} as const

/** The OpenAPI 3.1 document of these calls. Pure; `url` is the address it is served under. */
export function openapi(endpoints: readonly Endpoint[], url: string, version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of endpoints)
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) }
  return {
    openapi: '3.1.0',
    info: { title: 'Lamplighter', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url }],
    paths,
    components: {
      schemas: { Problem: json(Problem) },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer' },
        staff: { type: 'apiKey', in: 'cookie', name: '__Host-lamplighter' },
      },
    },
    security: [{ key: [] }, { staff: [] }],
  }
}
