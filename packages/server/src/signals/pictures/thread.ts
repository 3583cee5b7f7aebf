import { parentPort, workerData } from 'node:worker_threads'
import {
  findIn,
  gatherSegments,
  type ManyFound,
  type RingMemory,
  type RingModules,
  Segment,
} from '@lamplighter/matching'
import { collect } from './leftovers.ts'
import type { FromThread, ManyToFind, ToThread } from './messages.ts'

// A thread that builds segments, or searches them. It sees hashes in memory that it shares with the server, and nothing else.

const modules = workerData as Required<RingModules>

const open = (memory: RingMemory): Segment => Segment.open(modules.shared, memory, 0)

function answer(message: ToThread): FromThread {
  switch (message.do) {
    case 'gather': {
      const sources = message.sources.map(({ memory, rows }) => ({ segment: open(memory), rows }))
      return { did: 'gather', memory: gatherSegments(modules, { sources }, { slots: message.slots }).memory }
    }
    case 'tables': {
      const segment = open(message.memory)
      for (const t of message.tables) segment.makeTable(t)
      return { did: 'tables' }
    }
    case 'find':
      return { did: 'find', found: found(message) }
  }
}

function found({ memories, slot, hashes, within }: ManyToFind): ManyFound {
  return findIn(
    memories.map((memory) => Segment.open(modules.shared, memory, slot, { isHeld: false })),
    hashes,
    within,
  )
}

/** What need not be copied on its way. */
const movable = (answered: FromThread): readonly ArrayBufferLike[] =>
  answered.did === 'find'
    ? [answered.found.counts, answered.found.places, answered.found.rows, answered.found.distances].map(
        (one) => one.buffer,
      )
    : []

parentPort?.on('message', (message: ToThread) => {
  const answered = answer(message)
  parentPort?.postMessage(
    answered,
    movable(answered).filter((one) => one instanceof ArrayBuffer),
  )
  // It rests now, and would keep what it was given for as long. Searches come one after another, and see the same memory.
  if (message.do === 'tables') setImmediate(collect)
})
