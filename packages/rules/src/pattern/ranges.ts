/** Inclusive ranges of code points, sorted, apart from each other. */
export type Ranges = readonly (readonly [number, number])[]

export const MAX_CODE = 0x10ffff

const DIGIT: Ranges = [[0x30, 0x39]]
const SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
]
export const WORD: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
export const LINE_END: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]

/** What `\d`, `\w`, `\s` and their opposites stand for; all are ASCII. */
export function shorthandOf(char: string): Ranges | undefined {
  switch (char) {
    case 'd':
      return DIGIT
    case 'w':
      return WORD
    case 's':
      return SPACE
    case 'D':
      return complement(DIGIT)
    case 'W':
      return complement(WORD)
    case 'S':
      return complement(SPACE)
    default:
      return undefined
  }
}

/** Sorted, and joined where they touch. */
export function merge(ranges: Ranges): Ranges {
  const out: [number, number][] = []
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1)
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high)
    else out.push([low, high])
  }
  return out
}

/** Every code point that is not in the ranges. */
export function complement(ranges: Ranges): Ranges {
  const out: [number, number][] = []
  let next = 0
  for (const [low, high] of ranges) {
    if (low > next) out.push([next, low - 1])
    next = high + 1
  }
  if (next <= MAX_CODE) out.push([next, MAX_CODE])
  return out
}
