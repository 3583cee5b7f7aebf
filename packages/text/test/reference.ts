import type { Manifest } from '../src/index.ts'

/*
 * The score as text.md §5.2 says it, the slow way: maps, substrings and the language's own functions. It shares nothing with the package but
 * the model's numbers.
 */

const BASIS = 0x811c9dc5
const fnv = (text: string): number => {
  let hash = BASIS
  for (const unit of Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))) {
    for (const byte of [unit & 255, unit >> 8]) hash = Math.imul(hash ^ byte, 16_777_619)
  }
  return hash
}

const bucketOf = (kind: 1 | 2, length: number, text: string): number => {
  let h = fnv(text) ^ Math.imul(kind * 256 + length, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) >>> 14
}

/** The grams of plain tokens: words in lower case, signs, placeholders. */
export function gramsOf(tokens: readonly string[]): number[] {
  const words = tokens.flatMap((_, at) =>
    [1, 2, 3].flatMap((size) =>
      at + size <= tokens.length ? [bucketOf(1, size, tokens.slice(at, at + size).join(' '))] : [],
    ),
  )
  const pieces = tokens
    .filter((token) => /^[\p{L}\p{M}]/u.test(token))
    .flatMap((token) => {
      const word = `^${token}$`
      return [3, 4, 5].flatMap((size) =>
        Array.from({ length: Math.max(0, word.length - size + 1) }, (_, at) =>
          bucketOf(2, size, word.slice(at, at + size)),
        ),
      )
    })
  return [...words, ...pieces]
}

/** Weight and rarity by bucket, read from the packed bytes. */
export function entriesOf(bytes: Uint8Array): Map<number, { weight: number; rarity: number }> {
  const found = new Map<number, { weight: number; rarity: number }>()
  const rest = [...bytes]
  let bucket = -1
  while (rest.length > 0) {
    let step = 0
    let factor = 1
    for (let byte = 128; byte >= 128; factor *= 128) {
      byte = rest.shift() ?? 0
      step += (byte % 128) * factor
    }
    bucket += step + 1
    const weight = rest.shift() ?? 0
    found.set(bucket, { weight: weight > 127 ? weight - 256 : weight, rarity: rest.shift() ?? 0 })
  }
  return found
}

export function referenceLogit(bytes: Uint8Array, manifest: Manifest, tokens: readonly string[]): number {
  const entries = entriesOf(bytes)
  const counts = new Map<number, number>()
  for (const bucket of gramsOf(tokens)) counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  const values = [...counts].map(([bucket, count]) => {
    const entry = entries.get(bucket)
    return { weight: entry?.weight ?? 0, value: (1 + Math.log(count)) * ((entry?.rarity ?? manifest.unseen) / 16) }
  })
  const length = Math.sqrt(values.reduce((sum, { value }) => sum + value * value, 0))
  const sum = values.reduce((all, { weight, value }) => all + (weight * value) / (length || 1), 0)
  return manifest.bias + manifest.scale * sum
}
