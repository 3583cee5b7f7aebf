import { parentPort, workerData } from 'node:worker_threads'
import type { RingMemory } from '../src/index/memory.ts'
import { Segment } from '../src/index/segments.ts'
import { shared } from './kernels.ts'

// A thread that searches a segment of others: it answers each query with how many rows are near, and the nearest of them.

const { memory, slot, queries } = workerData as { memory: RingMemory; slot: number; queries: Uint8Array }
const segment = Segment.open(shared.shared ?? shared.ring, memory, slot)
const answers: string[] = []
for (let at = 0; at < queries.length; at += 32) {
  const { count, nearest } = segment.find(queries.subarray(at, at + 32), (at / 32) % 32)
  answers.push(`${count}: ${[...nearest].toSorted((a, b) => a - b)}`)
}
parentPort?.postMessage(answers)
