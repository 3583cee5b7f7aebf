import type { ManyFound, RingMemory } from '@lamplighter/matching'

/**
 * What a thread of the index is asked: to gather rows into one segment, to make some of its tables, or to search segments. Memory is shared, so only its
 * name travels.
 */
export type ToThread =
  | {
      readonly do: 'gather'
      readonly sources: readonly { readonly memory: RingMemory; readonly rows: number }[]
      readonly slots: number
    }
  | { readonly do: 'tables'; readonly memory: RingMemory; readonly tables: readonly number[] }
  | ManyToFind

export interface ManyToFind {
  readonly do: 'find'
  readonly memories: readonly RingMemory[]
  /** The scratch that is this thread's. */
  readonly slot: number
  /** 32 bytes each, laid end to end. */
  readonly hashes: Uint8Array
  readonly within: number
}

export type FromThread =
  | { readonly did: 'gather'; readonly memory: RingMemory }
  | { readonly did: 'tables' }
  | { readonly did: 'find'; readonly found: ManyFound }
