/** A set of entry numbers, one bit each: a file of ten million rows takes a megabyte and a bit. */
export class Numbers {
  #bits = new Uint8Array(1_024)

  add(n: number): void {
    const at = n >>> 3
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(2 * this.#bits.length, at + 1))
      grown.set(this.#bits)
      this.#bits = grown
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (n & 7))
  }

  has(n: number): boolean {
    return ((this.#bits[n >>> 3] ?? 0) & (1 << (n & 7))) !== 0
  }
}
