import type { RingMemory } from '@lamplighter/matching'

/** What a thread of the index is asked: to gather rows into one segment, or to make some of its tables. Memory is shared, so only its name travels. */
export type ToThread =
  | {
      readonly do: 'gather'
      readonly sources: readonly { readonly memory: RingMemory; readonly rows: number }[]
    }
  | { readonly do: 'tables'; readonly memory: RingMemory; readonly tables: readonly number[] }

export type FromThread = { readonly did: 'gather'; readonly memory: RingMemory } | { readonly did: 'tables' }
