/** Finds all of many strings in one pass over a text (Aho and Corasick 1975), in time linear in the text and the finds. */
export class Automaton {
  /** From (node, unit) to node: node · 65,536 + unit stays far under 2^53. */
  readonly #next = new Map<number, number>()
  readonly #outputs: number[][] = [[]]
  #fail = new Int32Array()
  #nearest = new Int32Array()

  /** @param patterns not empty each; a find names a pattern by its place here */
  constructor(patterns: readonly string[]) {
    for (const [pattern, text] of patterns.entries()) this.#insert(text, pattern)
    this.#link()
  }

  /** Calls back for each place where a pattern ends. */
  scan(text: string, found: (pattern: number, end: number) => void): void {
    let node = 0
    for (let at = 0; at < text.length; at += 1) {
      node = this.#step(node, text.charCodeAt(at))
      for (let n = this.#nearest[node] ?? 0; n !== 0; n = this.#nearest[this.#fail[n] ?? 0] ?? 0) {
        for (const pattern of this.#outputs[n] ?? []) found(pattern, at + 1)
      }
    }
  }

  #insert(text: string, pattern: number): void {
    let node = 0
    for (let at = 0; at < text.length; at += 1) {
      const key = node * 0x10000 + text.charCodeAt(at)
      let next = this.#next.get(key)
      if (next === undefined) {
        next = this.#outputs.push([]) - 1
        this.#next.set(key, next)
      }
      node = next
    }
    if (node !== 0) this.#outputs[node]?.push(pattern)
  }

  /** Parents come before children, because nodes are made in that order within each word; so links go level by level. */
  #link(): void {
    this.#fail = new Int32Array(this.#outputs.length)
    this.#nearest = new Int32Array(this.#outputs.length)
    const children: (readonly [unit: number, node: number])[][] = this.#outputs.map(() => [])
    for (const [key, node] of this.#next) children[Math.floor(key / 0x10000)]?.push([key % 0x10000, node])
    let level = [0]
    while (level.length > 0) {
      const below: number[] = []
      for (const parent of level) {
        for (const [unit, node] of children[parent] ?? []) {
          const fail = parent === 0 ? 0 : this.#step(this.#fail[parent] ?? 0, unit)
          this.#fail[node] = fail
          this.#nearest[node] = (this.#outputs[node]?.length ?? 0) > 0 ? node : (this.#nearest[fail] ?? 0)
          below.push(node)
        }
      }
      level = below
    }
  }

  #step(from: number, unit: number): number {
    for (let node = from; ; node = this.#fail[node] ?? 0) {
      const next = this.#next.get(node * 0x10000 + unit)
      if (next !== undefined) return next
      if (node === 0) return 0
    }
  }
}
