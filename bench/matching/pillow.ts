import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startLines } from './lines.ts'

const FOLDER = join(import.meta.dirname, 'pillow')
const PYTHON = join(FOLDER, 'built/bin/python3')

/** Why the peer is not measured, or undefined. */
export const missing = (): string | undefined =>
  existsSync(PYTHON) ? undefined : 'peer missing: run bench/matching/pillow/build.sh'

/** Pillow in a process of its own, as a decoder. */
export interface Pillow {
  /** Pictures per second of processor time, decoded from a JPEG file to RGB. */
  perSecond(file: string, ms: number): Promise<number>
  stop(): void
}

export async function startPillow(): Promise<Pillow> {
  const lines = startLines(PYTHON, [join(FOLDER, 'decode.py')])
  await lines.hear()
  return {
    perSecond: async (file, ms) => Number(await lines.ask(`${file} ${ms / 1000}`)),
    stop: lines.stop,
  }
}
