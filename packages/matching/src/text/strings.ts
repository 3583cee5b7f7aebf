import type { ImageReader, Section } from './image.ts'

/** Collects strings for an image; the same string has one number. */
export class StringsWriter {
  readonly #numbers = new Map<string, number>()

  add(text: string): number {
    const held = this.#numbers.get(text)
    if (held !== undefined) return held
    const number = this.#numbers.size
    this.#numbers.set(text, number)
    return number
  }

  sections(): readonly Section[] {
    const texts = [...this.#numbers.keys()]
    const starts = new Uint32Array(texts.length + 1)
    for (const [at, text] of texts.entries()) starts[at + 1] = (starts[at] ?? 0) + text.length
    const heap = new Uint16Array(starts.at(-1) ?? 0)
    for (const [at, text] of texts.entries()) {
      const start = starts[at] ?? 0
      for (let unit = 0; unit < text.length; unit += 1) heap[start + unit] = text.charCodeAt(unit)
    }
    return [starts, heap]
  }
}

/** Strings of an image, read when they are asked for. */
export class Strings {
  readonly #starts: Uint32Array
  readonly #heap: Uint16Array

  constructor(image: ImageReader) {
    this.#starts = image.u32()
    this.#heap = image.u16()
  }

  get(number: number): string {
    return stringOf(this.#heap.subarray(this.#starts[number] ?? 0, this.#starts[number + 1] ?? 0))
  }
}

/** So many units go into one call: an engine bounds the number of arguments. */
const AT_ONCE = 4096

/** The string of these units, halves of pairs included. */
export function stringOf(units: Uint16Array): string {
  // Six times as fast as spreading the units, which asks an iterator for each.
  if (units.length <= AT_ONCE) return Reflect.apply(String.fromCharCode, undefined, units)
  let text = ''
  for (let at = 0; at < units.length; at += AT_ONCE) text += stringOf(units.subarray(at, at + AT_ONCE))
  return text
}
