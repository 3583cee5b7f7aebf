import type { Truth } from './truth.store.ts'

/** What a launched server is told. */
export interface Errand {
  readonly folder: string
  /** Where its database is, if not in the folder. */
  readonly database?: { readonly url: string; readonly schema: string }
  /** Address of the receiver: only at the first start, which settles in. */
  readonly hook: string | null
  readonly unsynced?: true
  readonly dieAfterAppend?: true
  /** Hosts of loopback from which files are fetched by address, as `harbour=127.0.0.1:8080`. */
  readonly mediaHosts?: string
}

export interface Secrets {
  readonly key: string
  /** Path that signs a reviewer in once. */
  readonly link: string
}

/** What still has to happen: events to judge, messages to deliver, records without a place in the log. */
export interface Waiting {
  readonly events: number
  readonly messages: number
  readonly records: number
  /** Of the messages the first few: state, failures, and in how many milliseconds they go on. */
  readonly oldest: readonly {
    readonly state: string
    readonly fails: number
    readonly attempts: number
    readonly why: string | null
    readonly inMs: number
  }[]
}

/** What a launched server says. */
export type Said =
  | { readonly kind: 'ready'; readonly port: number; readonly secrets: Secrets | null }
  | ({ readonly kind: 'waiting' } & Waiting)
  /** `calls`: how many were let in during this life. */
  | { readonly kind: 'stopped'; readonly calls: number }
  | { readonly kind: 'truth'; readonly truth: Truth }
  /** What it holds once everything that nobody holds is collected. */
  | { readonly kind: 'memory'; readonly bytes: number }

export type Question = 'waiting' | 'truth' | 'memory'
