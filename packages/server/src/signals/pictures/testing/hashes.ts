import { type Pdq, pdqOfWords } from '@lamplighter/matching'

/** Hashes that a seed decides; half of their bits are set, as in those of pictures. */
export function hashes(count: number, seed: number): Pdq[] {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  const word = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 4 }, word)
    return pdqOfWords(Uint32Array.from([...words, ...words.map((one) => ~one >>> 0)]))
  })
}

/** The same hash with so many bits turned, at most 51. */
export function turned(pdq: Pdq, bits: number): Pdq {
  let value = BigInt(`0x${pdq}`)
  for (let bit = 0; bit < bits; bit += 1) value ^= 1n << BigInt(5 * bit)
  return value.toString(16).padStart(64, '0') as Pdq
}

/** The one list that the writer below keeps. */
export const LIST = { id: 'media', version: 3, digest: 'd' } as const
export const ROWS = 20_000

/** For lists that are not sealed. */
export const noKeyring = {
  seal: () => Promise.reject(new Error('nothing is sealed here')),
  unseal: () => Promise.reject(new Error('nothing is sealed here')),
}
