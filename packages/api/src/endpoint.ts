import type { z } from 'zod'
import type { Act } from './acts.ts'
import type { Code } from './codes.ts'

/** How a caller may repeat a call: a command needs `Idempotency-Key` (platform.md §12); others deduplicate by their own ids or change nothing. */
export type Repeat = 'key' | 'own'

type Shape = z.ZodType

/** One call of the HTTP interface. Server routes, the console's client, the documents and the tests are all made from these values. */
export interface Endpoint<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends Shape | undefined = Shape | undefined,
  A extends Shape = Shape,
> {
  readonly id: string
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Path with `{name}` parameters. */
  readonly path: `/${string}`
  readonly act: Act
  readonly summary: string
  readonly params: P
  readonly query: Q
  /** JSON body; absent where the call has none or takes raw bytes (`takes`). */
  readonly body: B
  /** Media types of a body that is not described by `body`. */
  readonly takes?: readonly string[]
  /** What a JSON body among `takes` holds, for documents: the call reads and checks it itself. */
  readonly reads?: Shape
  /** Status of a good answer and its shape. */
  readonly status: 200 | 201 | 202 | 204
  readonly answer: A
  /** Media type of a good answer when it is not JSON. */
  readonly gives?: string
  readonly repeat: Repeat
  /** The call changes a versioned thing and needs `If-Match` with its revision; `hash`: with the hash of the text that was looked at. */
  readonly ifMatch?: boolean | 'hash'
  /** Whether the call changes what is stored, where its method says otherwise: a POST that only looks, a GET that is noted. */
  readonly writes?: boolean
  /** Error codes of this call beyond those that every call can give and those that follow from its shape (`codesOf`). */
  readonly codes: readonly Code[]
}

/** Declares one call. Only gives the value its precise type. */
export function endpoint<P extends Shape, Q extends Shape, B extends Shape | undefined, A extends Shape>(
  declared: Endpoint<P, Q, B, A>,
): Endpoint<P, Q, B, A> {
  return declared
}

export type ParamsOf<E> = E extends Endpoint<infer P, Shape, Shape | undefined, Shape> ? z.output<P> : never
export type QueryOf<E> = E extends Endpoint<Shape, infer Q, Shape | undefined, Shape> ? z.output<Q> : never
export type BodyOf<E> =
  E extends Endpoint<Shape, Shape, infer B, Shape> ? (B extends Shape ? z.output<B> : undefined) : never
export type AnswerOf<E> = E extends Endpoint<Shape, Shape, Shape | undefined, infer A> ? z.output<A> : never
