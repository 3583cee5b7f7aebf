import type { Entry, Exact } from './exact.ts'
import type { Sketch, SubWindow } from './sketch.ts'
import type { CounterState } from './state.ts'

// Both exist in Node and in every browser; the language's own library does not name them.
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> }
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string }
const encoder = new TextEncoder()
const decoder = new TextDecoder()

const EXACT = 1
const SKETCH = 2
const REGISTERS = 4096
/** A register takes three bytes in a list and one in the whole array. */
const SPARSE = Math.floor(REGISTERS / 3)

/** What an entry has, one bit each. */
const HAS = { member: 1, nobody: 2, hidden: 4, one: 8, value: 16, before: 32 } as const

/** One key's state as a row: a byte for the form, then its lists. `unpack` gives the state back. */
export function pack(state: CounterState): Uint8Array<ArrayBuffer> {
  const writer = new Writer()
  if (state.kind === 'exact') packExact(state, writer)
  else packSketch(state, writer)
  return writer.bytes()
}

/** @throws RangeError for bytes that `pack` did not write */
export function unpack(bytes: Uint8Array): CounterState {
  const reader = new Reader(bytes)
  const form = reader.int()
  const state = form === EXACT ? unpackExact(reader) : form === SKETCH ? unpackSketch(reader) : undefined
  if (state === undefined || !reader.atEnd) throw new RangeError('these bytes are no packed counter')
  return state
}

function packExact(state: Exact, writer: Writer): void {
  writer.int(EXACT)
  writer.float(state.lostSure)
  writer.float(state.lostMaybe)
  for (const entries of [state.sure, state.maybe]) {
    writer.int(entries.length)
    for (const entry of entries) packEntry(entry, writer)
  }
}

function packEntry({ at, who, event, hidden, value, before }: Entry, writer: Writer): void {
  const member = who !== undefined && who !== event
  const plain = value === 1
  writer.int(
    (member ? HAS.member : 0) |
      (who === undefined ? HAS.nobody : 0) |
      (hidden ? HAS.hidden : 0) |
      (plain ? HAS.one : 0) |
      (value !== undefined && !plain ? HAS.value : 0) |
      (before === Number.NEGATIVE_INFINITY ? 0 : HAS.before),
  )
  writer.float(at)
  writer.text(event)
  if (member) writer.text(who)
  if (value !== undefined && !plain) writer.float(value)
  if (before !== Number.NEGATIVE_INFINITY) writer.float(before)
}

function unpackExact(reader: Reader): Exact {
  const [lostSure, lostMaybe] = [reader.float(), reader.float()]
  const entries = () => Array.from({ length: reader.int() }, () => unpackEntry(reader))
  return { kind: 'exact', sure: entries(), maybe: entries(), lostSure, lostMaybe }
}

function unpackEntry(reader: Reader): Entry {
  const has = reader.int()
  const at = reader.float()
  const event = reader.text()
  const who = has & HAS.member ? reader.text() : has & HAS.nobody ? undefined : event
  const value = has & HAS.one ? 1 : has & HAS.value ? reader.float() : undefined
  const before = has & HAS.before ? reader.float() : Number.NEGATIVE_INFINITY
  return { at, who, event, hidden: (has & HAS.hidden) !== 0, value, before }
}

function packSketch(state: Sketch, writer: Writer): void {
  writer.int(SKETCH)
  writer.float(state.newest)
  writer.float(state.lost)
  writer.int(state.subs.length)
  for (const { index, sure, maybe } of state.subs) {
    writer.float(index)
    packRegisters(sure, writer)
    packRegisters(maybe, writer)
  }
}

/** 0 for none, 1 for all 4,096, else the number of those set and two, each with its place. */
function packRegisters(registers: Uint8Array<ArrayBuffer> | undefined, writer: Writer): void {
  if (registers === undefined) {
    writer.int(0)
    return
  }
  const set = registers.reduce((sum, rank) => sum + (rank === 0 ? 0 : 1), 0)
  if (set > SPARSE) {
    writer.int(1)
    writer.raw(registers)
    return
  }
  writer.int(set + 2)
  for (const [place, rank] of registers.entries()) {
    if (rank === 0) continue
    writer.int(place)
    writer.int(rank)
  }
}

function unpackSketch(reader: Reader): Sketch {
  const [newest, lost] = [reader.float(), reader.float()]
  const subs = Array.from({ length: reader.int() }, (): SubWindow => {
    const index = reader.float()
    const [sure, maybe] = [unpackRegisters(reader), unpackRegisters(reader)]
    return { index, ...(sure === undefined ? {} : { sure }), ...(maybe === undefined ? {} : { maybe }) }
  })
  return { kind: 'sketch', subs, newest, lost }
}

function unpackRegisters(reader: Reader): Uint8Array<ArrayBuffer> | undefined {
  const form = reader.int()
  if (form === 0) return undefined
  if (form === 1) return Uint8Array.from(reader.raw(REGISTERS))
  const registers = new Uint8Array(REGISTERS)
  for (let i = form - 2; i > 0; i--) {
    const place = reader.int()
    registers[place] = reader.int()
  }
  return registers
}

class Writer {
  #buffer = new Uint8Array(256)
  #view = new DataView(this.#buffer.buffer)
  #at = 0

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#at)
  }

  /** A whole number from 0, seven bits a byte, the lowest first. */
  int(value: number): void {
    this.#grow(5)
    let rest = value
    while (rest > 127) {
      this.#buffer[this.#at++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#buffer[this.#at++] = rest
  }

  float(value: number): void {
    this.#grow(8)
    this.#view.setFloat64(this.#at, value)
    this.#at += 8
  }

  text(value: string): void {
    if (this.#ascii(value)) return
    const bytes = encoder.encode(value)
    this.int(bytes.length)
    this.raw(bytes)
  }

  /** Ids are short and plain, mostly: letter by letter they cost a fraction of an encoder's array. False: not written, it is another text. */
  #ascii(value: string): boolean {
    const before = this.#at
    this.int(value.length)
    this.#grow(value.length)
    for (let place = 0; place < value.length; place++) {
      const code = value.charCodeAt(place)
      if (code > 127) {
        this.#at = before
        return false
      }
      this.#buffer[this.#at++] = code
    }
    return true
  }

  raw(bytes: Uint8Array): void {
    this.#grow(bytes.length)
    this.#buffer.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #grow(by: number): void {
    if (this.#at + by <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#at + by))
    larger.set(this.#buffer)
    this.#buffer = larger
    this.#view = new DataView(larger.buffer)
  }
}

/** Reads what `Writer` wrote; whatever reaches beyond the end throws a RangeError. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  int(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.#view.getUint8(this.#at++)
      value |= (byte & 127) << shift
      if (byte < 128) return value
      if (shift > 21) throw new RangeError('a number of a packed counter is too long')
    }
  }

  float(): number {
    const value = this.#view.getFloat64(this.#at)
    this.#at += 8
    return value
  }

  text(): string {
    const bytes = this.raw(this.int())
    let text = ''
    for (const byte of bytes) {
      if (byte > 127) return decoder.decode(bytes)
      text += String.fromCharCode(byte)
    }
    return text
  }

  raw(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError('a packed counter ends too soon')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
