import { z } from 'zod'

/** What HMA's own documentation and schemas say of its answers (1.1.x); anything more or less than that is refused. */
const Match = z.strictObject({ bank_content_id: z.int(), distance: z.string().regex(/^\d+$/) })
const ByBank = z.record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/), z.array(Match).min(1))
const Signals = z.strictObject({
  pdq: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .exactOptional(),
  video_md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .exactOptional(),
})
const Bank = z.strictObject({ name: z.string(), matching_enabled_ratio: z.number().min(0).max(1) })
const Status = z.strictObject({ present: z.boolean(), built_to: z.int(), size: z.int().min(0) })
const Added = z.strictObject({ id: z.int(), signals: Signals })
const Content = z.strictObject({
  id: z.int(),
  disable_until_ts: z.int(),
  collab_metadata: z.record(z.string(), z.array(z.string())),
  original_media_uri: z.string().nullable(),
  bank: Bank,
  signals: Signals.exactOptional(),
})
const Refusal = z.strictObject({ message: z.string().min(1) })
const STATUSES = [400, 403, 404, 413, 503]

/** A refusal in HMA's shape. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A client of HMA as one would write it from its documentation: other statuses, types or members than those end the test. */
export class HmaClient {
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>
  /** Of the last answer: banks that could not tell. */
  unknown: string | null = null

  constructor(base: string, headers: Readonly<Record<string, string>>) {
    this.#base = base
    this.#headers = headers
  }

  hashUrl = (query: Record<string, string>) => this.#get('/h/hash', query, Signals)
  hashFile = (part: string, bytes: Uint8Array, query = {}) => this.#send('/h/hash', part, bytes, query, Signals)
  lookup = (query: Record<string, string>) => this.#get('/m/lookup', query, ByBank)
  lookupUrl = (query: Record<string, string>) =>
    this.#get('/m/lookup', query, z.partialRecord(z.enum(['pdq', 'video_md5']), ByBank))
  lookupFile = (part: string, bytes: Uint8Array, query = {}) =>
    this.#send('/m/lookup', part, bytes, query, z.partialRecord(z.enum(['pdq', 'video_md5']), ByBank))
  rawLookup = (query: Record<string, string>) =>
    this.#get('/m/raw_lookup', query, z.strictObject({ matches: z.array(z.int()) }))
  rawLookupWithDistance = (query: Record<string, string>) =>
    this.#get('/m/raw_lookup', { ...query, include_distance: 'true' }, z.strictObject({ matches: z.array(Match) }))
  compare = (body: unknown) =>
    this.#json(
      'POST',
      '/m/compare',
      body,
      z.record(z.string(), z.tuple([z.boolean(), z.strictObject({ distance: z.int() })])),
    )
  indexStatus = (query = {}) => this.#get('/m/index/status', query, z.record(z.string(), Status))
  banks = () => this.#get('/c/banks', {}, z.array(Bank))
  bank = (name: string) => this.#get(`/c/bank/${name}`, {}, Bank)
  updateBank = (name: string, body: unknown) => this.#json('PUT', `/c/bank/${name}`, body, Bank)

  deleteBank = (name: string) =>
    this.#ask(`/c/bank/${name}`, { method: 'DELETE' }, z.strictObject({ message: z.string() }))

  exchanges = () => this.#get('/c/exchanges', {}, z.array(z.string()))
  exchange = (name: string) =>
    this.#get(`/c/exchange/${name}`, {}, z.strictObject({ name: z.string(), api: z.string(), enabled: z.boolean() }))
  exchangeStatus = (name: string) =>
    this.#get(
      `/c/exchange/${name}/status`,
      {},
      z.strictObject({ last_fetch_time: z.int(), checkpoint_time: z.int(), success: z.boolean() }),
    )
  createBank = (body: unknown) => this.#json('POST', '/c/banks', body, Bank, 201)
  addContentUrl = (bank: string, query: Record<string, string>) =>
    this.#ask(`/c/bank/${bank}/content?${new URLSearchParams(query)}`, { method: 'POST' }, Added)
  addContentFile = (bank: string, part: string, bytes: Uint8Array) =>
    this.#send(`/c/bank/${bank}/content`, part, bytes, {}, Added)
  addSignal = (bank: string, body: unknown) => this.#json('POST', `/c/bank/${bank}/signal`, body, Added)
  content = (bank: string, id: number, query = {}) => this.#get(`/c/bank/${bank}/content/${id}`, query, Content)
  updateContent = (bank: string, id: number, body: unknown) =>
    this.#json('PUT', `/c/bank/${bank}/content/${id}`, body, Content)
  deleteContent = (bank: string, id: number) =>
    this.#ask(`/c/bank/${bank}/content/${id}`, { method: 'DELETE' }, z.strictObject({ deleted: z.int() }))

  async status(path = '/status'): Promise<[number, string]> {
    const answer = await fetch(`${this.#base}${path}`, { headers: this.#headers })
    return [answer.status, await answer.text()]
  }

  #get<T extends z.ZodType>(path: string, query: Record<string, string>, shape: T): Promise<z.output<T>> {
    return this.#ask(`${path}?${new URLSearchParams(query)}`, {}, shape)
  }

  #send<T extends z.ZodType>(path: string, part: string, bytes: Uint8Array, query: Record<string, string>, shape: T) {
    const form = new FormData()
    form.append(part, new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'file.png')
    return this.#ask(`${path}?${new URLSearchParams(query)}`, { method: 'POST', body: form }, shape)
  }

  #json<T extends z.ZodType>(
    method: string,
    path: string,
    body: unknown,
    shape: T,
    status = 200,
  ): Promise<z.output<T>> {
    const headers = { 'content-type': 'application/json' }
    return this.#ask(path, { method, headers, body: JSON.stringify(body) }, shape, status)
  }

  async #ask<T extends z.ZodType>(path: string, init: RequestInit, shape: T, status = 200): Promise<z.output<T>> {
    const headers = { ...this.#headers, ...Object.fromEntries(new Headers(init.headers)) }
    const answer = await fetch(`${this.#base}${path}`, { ...init, headers })
    this.unknown = answer.headers.get('lamplighter-unknown')
    if (answer.headers.get('content-type') !== 'application/json') throw new TypeError(`${path}: expected JSON`)
    const json: unknown = await answer.json()
    if (answer.status === status) return shape.parse(json)
    if (!STATUSES.includes(answer.status)) throw new TypeError(`${path}: unexpected status ${answer.status}`)
    throw new Refused(answer.status, Refusal.parse(json).message)
  }
}
