/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  share(): number
  /** A whole number from 0 up to, but not including, the bound. */
  below(bound: number): number
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T
  /** So many different ones of them, or all if there are fewer, in random order. */
  some<T>(from: readonly T[], count: number): T[]
}

/** Mulberry32, after Tommy Ettinger: 32 bits of state are plenty for some thousand events. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(share() * bound)
  const pick = <T>(from: readonly T[]): T => {
    const one = from[below(from.length)]
    if (one === undefined) throw new RangeError('there is nothing to pick from')
    return one
  }
  return {
    share,
    below,
    chance: (of) => share() < of,
    pick,
    some: (from, count) => {
      const left = [...from]
      return Array.from({ length: count }, () => left.splice(below(left.length), 1)).flat()
    },
  }
}
