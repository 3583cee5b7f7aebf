import { hashPicture, parsePdq } from '@lamplighter/matching'
import { pdqKernel } from '../../../evidence/decoder/index.ts'
import { CANARIES, CANARY_SIDE, canaryAt, drawCanary } from '../draw.ts'

/** The hash of each harmless picture; empty where it has none that may be looked for. */
export function canaryHashes(): string[] {
  return Array.from({ length: CANARIES }, (_, place) => {
    const { kind, seed } = canaryAt(place)
    const pixels = { width: CANARY_SIDE, height: CANARY_SIDE, channels: 1, data: drawCanary(kind, seed) } as const
    const hashed = hashPicture(pdqKernel(), pixels, { kernel: 'exact' })
    return 'none' in hashed || parsePdq(hashed.pdq) === undefined ? '' : hashed.pdq
  })
}
