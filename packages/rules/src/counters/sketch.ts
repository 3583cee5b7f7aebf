import type { Move } from './exact.ts'
import type { CounterSpec, Flag, Kept, Reading } from './store.ts'

const PRECISION = 12
const REGISTERS = 1 << PRECISION
/** Bits of the hash that a register counts leading zeros of. */
const BITS = 32
const SUB_WINDOWS = 12
/** Two standard errors of 1.6 %, and what is left of a third. */
const TOLERANCE = 0.05

/** The registers of one twelfth of a window; absent where nothing was counted. */
export interface SubWindow {
  /** It holds `[index, index + 1) × over / 12`. */
  readonly index: number
  readonly sure?: Uint8Array<ArrayBuffer>
  readonly maybe?: Uint8Array<ArrayBuffer>
}

/** The state of one key of an approximate counter: a HyperLogLog in sub-windows, oldest first (rules.md §6.4). */
export interface Sketch {
  readonly kind: 'sketch'
  readonly subs: readonly SubWindow[]
  /** The newest event that counted or perhaps did; `-Infinity` for none. */
  readonly newest: number
  /** The end of the newest sub-window that was pushed out. */
  readonly lost: number
}

const NEVER = Number.NEGATIVE_INFINITY

export const BLANK: Sketch = { kind: 'sketch', subs: [], newest: NEVER, lost: NEVER }

/** A sketch cannot take back: what was doubtful stays in the high bound. */
export function moveSketch(spec: CounterSpec, state: Sketch, move: Move): Sketch {
  if (move.where === false) return state
  const who = spec.what === 'count' ? move.event : move.member
  const which = move.where === true && who !== undefined ? 'sure' : 'maybe'
  const { register, rank } = placeOf(who ?? `?${move.event}`)
  const index = Math.floor((move.at * SUB_WINDOWS) / spec.over)
  const at = state.subs.findIndex((sub) => sub.index >= index)
  const there = state.subs[at]?.index === index ? state.subs[at] : undefined
  const registers = there?.[which]
  const newest = Math.max(state.newest, move.at)
  if (index < oldestOf(spec, newest)) return move.at <= state.lost ? state : { ...state, lost: move.at }
  if (registers !== undefined && (registers[register] ?? 0) >= rank)
    return newest === state.newest ? state : { ...state, newest }
  const raised = registers === undefined ? new Uint8Array(REGISTERS) : registers.slice()
  raised[register] = rank
  const sub = { ...there, index, [which]: raised }
  const place = at === -1 ? state.subs.length : at
  return trimmed(spec, { ...state, newest, subs: state.subs.toSpliced(place, there === undefined ? 0 : 1, sub) })
}

function oldestOf(spec: CounterSpec, newest: number): number {
  return Math.floor((newest * SUB_WINDOWS) / spec.over) - SUB_WINDOWS
}

/** A window overlaps thirteen twelfths at most; older ones go. */
function trimmed(spec: CounterSpec, state: Sketch): Sketch {
  const oldest = oldestOf(spec, state.newest)
  const gone = state.subs.filter((sub) => sub.index < oldest)
  const last = gone.at(-1)
  if (last === undefined) return state
  return {
    ...state,
    subs: state.subs.slice(gone.length),
    lost: Math.max(state.lost, Math.min(lastOf(spec, last), state.newest)),
  }
}

/** The last millisecond of a sub-window. */
function lastOf(spec: CounterSpec, { index }: SubWindow): number {
  return Math.ceil(((index + 1) * spec.over) / SUB_WINDOWS) - 1
}

export function readSketch(spec: CounterSpec, state: Sketch, at: number, kept: Kept): Reading {
  const start = at - spec.over
  const registers = new Uint8Array(REGISTERS)
  const inPart: Uint8Array[] = []
  let doubt = false
  for (const sub of state.subs) {
    const [first, last] = [(sub.index * spec.over) / SUB_WINDOWS, lastOf(spec, sub)]
    if (last <= start || first > at) continue
    const whole = first > start && (last <= at || state.newest <= at)
    if (sub.sure !== undefined) {
      if (whole) merge(registers, sub.sure)
      else inPart.push(sub.sure)
    }
    if (sub.maybe !== undefined) {
      inPart.push(sub.maybe)
      doubt = true
    }
  }
  const least = estimate(registers)
  for (const part of inPart) merge(registers, part)
  const most = inPart.length === 0 ? least : estimate(registers)
  const low = least === 0 ? 0 : Math.max(1, Math.floor(least * (1 - TOLERANCE)))
  const open = Math.max(state.lost, kept.since, kept.swept) > start
  const flags: Flag[] = []
  if (doubt) flags.push('maybe')
  if (state.newest > at || kept.swept > start || state.lost > start) flags.push('late')
  if (kept.since > start) flags.push('warming')
  flags.push('approx')
  return { low, high: open ? Number.POSITIVE_INFINITY : Math.ceil(most * (1 + TOLERANCE)), events: [], flags }
}

function merge(into: Uint8Array, from: Uint8Array): void {
  for (let i = 0; i < REGISTERS; i++) {
    const rank = from[i] as number
    if (rank > (into[i] as number)) into[i] = rank
  }
}

/** Ertl 2017, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6: no bias at any size. */
function estimate(registers: Uint8Array): number {
  const counts = new Float64Array(BITS + 2)
  for (let i = 0; i < REGISTERS; i++) {
    const rank = registers[i] as number
    counts[rank] = (counts[rank] as number) + 1
  }
  if (counts[0] === REGISTERS) return 0
  let z = REGISTERS * tau(1 - (counts[BITS + 1] ?? 0) / REGISTERS)
  for (let rank = BITS; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] ?? 0))
  z += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS)
  return (REGISTERS * REGISTERS) / (2 * Math.LN2 * z)
}

function sigma(from: number): number {
  let [x, y, z, last] = [from, 1, from, Number.NaN]
  while (z !== last) {
    x *= x
    last = z
    z += x * y
    y += y
  }
  return z
}

function tau(from: number): number {
  if (from === 0 || from === 1) return 0
  let [x, y, z, last] = [from, 1, 1 - from, Number.NaN]
  while (z !== last) {
    x = Math.sqrt(x)
    last = z
    y *= 0.5
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}

/** Two 32-bit lanes, mixed as MurmurHash3 does at its end. Spreads; where it must not be guessed, a store passes keyed hashes. */
function placeOf(text: string): { register: number; rank: number } {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x9e3779b1)
    b = Math.imul(b ^ unit, 0x5f356495)
  }
  a = mixed(a ^ (b >>> 15))
  b = mixed(b ^ a)
  return { register: a & (REGISTERS - 1), rank: Math.clz32(b) + 1 }
}

function mixed(lane: number): number {
  let h = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
