import type { z } from 'zod'
import type { OutgoingAnswer, OutgoingRequest } from '../../http/outgoing.ts'
import type { EntryChange } from '../lists/changes.ts'

/** A value of JSON: what a source keeps between two pages, and between two pulls. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/**
 * One kind of exchange: what it is told, and how it is opened. The engine keeps settings and credentials and hands both over; a source puts its
 * credentials into headers (or bodies) itself, and may, since `Ask` reaches one host only.
 */
export interface SourceKind<Settings = unknown, Credentials = unknown> {
  readonly id: string
  /** What an admin sets, shown to staff: a closed object without secrets. */
  readonly settings: z.ZodType<Settings>
  /** What signs in: a closed object, kept sealed and never shown. */
  readonly credentials: z.ZodType<Credentials>
  /** The one origin that is called, such as `https://hashes.example`. */
  origin(settings: Settings): string
  /** What may be told to it by call; absent where a person writes to it. Its sources then have `pushes`. */
  readonly hears?: Hears
  open(settings: Settings, credentials: Credentials): Source
}

/** What a kind of exchange takes from us beside the opinion that a match was right or wrong. */
export interface Hears {
  /** A rejection names one of its reasons. */
  readonly reasons?: true
  /** A match may be told of before anybody has decided; what is decided takes its place. */
  readonly waiting?: true
  /** Kinds of own hashes that may be handed in. */
  readonly hashes: readonly SharedHash['kind'][]
}

/**
 * How one exchange is asked for its hashes (matching.md §10). A source is pure but for its one client: it reads a page strictly and keeps nothing;
 * the engine stages pages, moves cursors and decides what is published.
 */
export interface Source {
  /** Begins a pull. @param cursor of the last whole pull; undefined asks for everything */
  begin(cursor: Json | undefined, now: number): PullStart
  /**
   * Asks for one page. After a crash it is asked for with the same `at` again and must then ask the exchange for the very same page.
   *
   * @throws ExchangeError how the engine goes on: wait, stop, or start the window again
   */
  page(at: Json, ask: Ask): Promise<Page>
  /**
   * Asks for what a first page does not say: why there is none, or that a right is missing. Absent where a page says it all.
   *
   * @throws ExchangeError `sign_in` · `wait` · `refused` · `unreadable`
   */
  check?(ask: Ask): Promise<void>
  /** Absent where the exchange takes nothing. */
  readonly pushes?: Pushes
}

export interface PullStart {
  /** Place of the first page. It holds all that the pull needs, its window too. */
  readonly at: Json
  /** True where the pull gives everything: what it does not name is gone. */
  readonly full: boolean
}

/** One call to the configured host; any other is refused. Redirects are not followed, a body is cut at 64 MiB. @throws OutgoingError */
export type Ask = (request: Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>) => Promise<OutgoingAnswer>

/**
 * A change as a page brings it. Changes of one `sourceId` are applied in the order of `stamp` (when the source says that it changed), then of
 * pages, then of their place in the page: so a source that tells the whole content anew says `drop` and then what is there.
 */
export type SourceChange = EntryChange & { readonly stamp?: number }

export interface Page {
  readonly changes: readonly SourceChange[]
  /** Rows that cannot be read, as they came, with the reason. */
  readonly bad: readonly { readonly raw: Uint8Array; readonly why: string }[]
  /** Hashes of kinds that nothing here can match, by kind: counted, never dropped in silence. */
  readonly unmatched: Readonly<Record<string, number>>
  /**
   * Place of the next page, or the cursor of the next pull once this was the last page. `unchanged`: nothing is new since the last pull, also
   * where the pull would have given everything.
   */
  readonly next: { readonly at: Json } | { readonly cursor: Json; readonly unchanged?: true }
}

export type Opinion = 'upheld' | 'rejected' | 'waiting'

/** A hash of our own that is given away. Only `exact` makes what others can compare (matching.md §10.1.7). */
export type SharedHash =
  | { readonly kind: 'pdq'; readonly value: string; readonly madeBy: 'exact' }
  | { readonly kind: 'md5' | 'sha1' | 'sha256'; readonly value: string }

/** What a person's act tells an exchange (matching.md §9.4): hashes, classes and opinions, never content. */
export type Push =
  | { readonly act: 'say'; readonly says: Opinion; readonly about: PushedEntry; readonly reasonId?: string }
  | { readonly act: 'unsay'; readonly said: Opinion; readonly about: PushedEntry; readonly reasonId?: string }
  | { readonly act: 'share'; readonly hash: SharedHash; readonly tags: readonly string[]; readonly at: number }
  /** @param remoteId as `Pushed` gave it for the share that is taken back */
  | { readonly act: 'unshare'; readonly hash: SharedHash; readonly remoteId?: string }

/** An entry as its source gave it. */
export interface PushedEntry {
  readonly sourceId: string
  readonly value: string
}

/** `unclear`: it was sent, no answer came, and the other side would not know a second one from the first. A person looks. */
export type Pushed = { readonly state: 'done'; readonly remoteId?: string } | { readonly state: 'unclear' }

export interface Pushes {
  /** Whether the exchange takes the same push twice as one. What is not is never sent again by a machine (DESIGN §5). */
  isRepeatable(push: Push): boolean
  /**
   * Sends one push.
   *
   * @throws ExchangeError `sign_in` · `wait` · `refused` · `unreadable`. After `wait` the same push is sent again
   * @throws OutgoingError only of what is repeatable, or was not sent
   */
  send(push: Push, ask: Ask): Promise<Pushed>
  /** Reasons that a rejection of this entry may name. Absent where it needs none. @throws ExchangeError · OutgoingError */
  reasons?(about: PushedEntry, ask: Ask): Promise<readonly PushReason[]>
}

export interface PushReason {
  readonly id: string
  readonly name: string
}

/** Why a page did not come, or a push was not taken. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  /**
   * `sign_in`: stopped, the credentials were refused. `wait`: asked too much or away for now. `refused`: stopped, with the answer's text.
   * `window_over`: the place is no longer accepted; the same window begins anew. `cursor_lost`: the source no longer takes the cursor of earlier
   * pulls; everything is pulled anew. `unreadable`: stopped, the answer as a whole is not what the exchange promises.
   */
  readonly code: 'sign_in' | 'wait' | 'refused' | 'window_over' | 'cursor_lost' | 'unreadable'
  /** For `wait`: what `Retry-After` asked for. */
  readonly afterMs: number | undefined

  constructor(code: ExchangeError['code'], message: string, afterMs?: number) {
    super(message)
    this.code = code
    this.afterMs = afterMs
  }
}
