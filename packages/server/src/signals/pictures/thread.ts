import { parentPort, workerData } from 'node:worker_threads'
import { gatherSegments, type RingMemory, type RingModules, Segment } from '@lamplighter/matching'
import type { FromThread, ToThread } from './messages.ts'

// A thread that builds segments. It sees hashes in memory that it shares with the server, and nothing else.

const modules = workerData as Required<RingModules>

function answer(message: ToThread): FromThread {
  const open = (memory: RingMemory): Segment => Segment.open(modules.shared, memory, 0)
  if (message.do === 'gather') {
    const sources = message.sources.map(({ memory, rows }) => ({ segment: open(memory), rows }))
    return { did: 'gather', memory: gatherSegments(modules, { sources }).memory }
  }
  const segment = open(message.memory)
  for (const t of message.tables) segment.makeTable(t)
  return { did: 'tables' }
}

parentPort?.on('message', (message: ToThread) => parentPort?.postMessage(answer(message)))
