// Memory of one picture, taken piece by piece behind what the module itself has.

/** SIMD reads and writes whole vectors: so much lies unused behind every piece. */
const PAD: usize = 64

let free: usize = 0

export function freeAll(): void {
  free = (__heap_base + 63) & ~63
}

/** A piece of its own, at an address that is a multiple of 64. */
export function take(bytes: i32): usize {
  const at = free
  free = (free + <usize>bytes + PAD + 63) & ~63
  return at
}

/** Makes room for all that was taken. False: the picture needs more than the memory may have (scripts/kernels.mjs). */
export function makeRoom(): bool {
  const missing = <i32>((free + 0xffff) >>> 16) - memory.size()
  return missing <= 0 || memory.grow(missing) >= 0
}
