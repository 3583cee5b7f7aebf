const PAGE = 65_536
const MIB = 1024 ** 2
const MEMORY_SECTION = 5
const HAS_MOST = 1
/** A codec's own tables and stack, and what a picture takes beside its pixels and its file: several copies of both, coefficients among them. */
const BASE_BYTES = 64 * MIB
const BYTES_A_PIXEL = 24
const COPIES_OF_FILE = 4

/**
 * How many pages of memory a codec is given for a picture, in few steps. The address space of the whole is reserved when a codec starts, and the
 * decoder has little of it (security.md §7): with all that a codec may ever want for each, every picture waits for the ones before to be cleared away.
 *
 * @param most what the codec itself asks for
 */
export function pagesFor(pixels: number, fileBytes: number, most: number): number {
  const bytes = BASE_BYTES + BYTES_A_PIXEL * pixels + COPIES_OF_FILE * fileBytes
  for (let given = 128 * MIB; given < most * PAGE; given *= 2) if (bytes <= given) return given / PAGE
  return most
}

/** The most pages of memory that a module asks for; undefined where it says none. */
export function mostPages(module: Uint8Array): number | undefined {
  const place = placeOfMost(module)
  return place === undefined ? undefined : number(module, place).value
}

/** The same module, which asks for no more than so many pages. */
export function withMostPages(module: Uint8Array, pages: number): Uint8Array {
  const place = placeOfMost(module)
  if (place === undefined) return module
  const changed = Uint8Array.from(module)
  const { next } = number(module, place)
  let left = pages
  // As many bytes as before, so that nothing else moves.
  for (let at = place; at < next; at += 1) {
    changed[at] = (left & 0x7f) | (at < next - 1 ? 0x80 : 0)
    left >>>= 7
  }
  if (left !== 0) throw new RangeError(`${pages} pages do not fit where the module names its most`)
  return changed
}

/** Where the section of memories has the upper limit of the first one. */
function placeOfMost(module: Uint8Array): number | undefined {
  for (let at = 8; at < module.length; ) {
    const id = module[at]
    const size = number(module, at + 1)
    if (id === MEMORY_SECTION) {
      const flags = number(module, number(module, size.next).next)
      return (flags.value & HAS_MOST) === 0 ? undefined : number(module, flags.next).next
    }
    at = size.next + size.value
  }
  return undefined
}

/** An unsigned number as WebAssembly writes it (LEB128), and where the next thing begins. */
function number(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0
  for (let at = from, shift = 0; ; at += 1, shift += 7) {
    const byte = bytes[at]
    if (byte === undefined) throw new RangeError('the module ends in the middle of a number')
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return { value: value >>> 0, next: at + 1 }
  }
}
