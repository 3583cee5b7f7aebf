import { join } from 'node:path'
import { peersIn } from '../../lib/peers.ts'

/** A module of the benchmark's own install. */
export const peer = peersIn(join(import.meta.dirname, '..')).load
