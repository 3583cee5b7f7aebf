import { foldedView, rawView } from './folded.ts'
import { stringOf } from './strings.ts'
import { UNIT, type View, ViewBuilder } from './view.ts'

const RUN = /[A-Za-z0-9+/_-]{12,}={0,2}/g
const PADDING = 64
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='
const DIGIT = Uint8Array.from({ length: 128 }, (_, unit) => ALPHABET.indexOf(String.fromCharCode(unit)))
// The alphabet for addresses has two other signs.
DIGIT[0x2d] = 62
DIGIT[0x5f] = 63
/** Share of letters and blanks that makes a decoded run a text. */
const LETTERS = 0.9

/** Base64 runs of twelve characters and more that decode to text, folded; everything between them is one blank. */
export function decodedView(original: string): View {
  const view = new ViewBuilder('decoded', 0)
  for (const { 0: run, index } of original.matchAll(RUN)) {
    const text = decode(run)
    if (text === undefined) continue
    const inner = foldedView(rawView(text))
    view.add(' ', index, index)
    for (let at = 0; at < inner.text.length; at += 1) {
      view.add(inner.text.charAt(at), index, index + run.length, UNIT.changed)
    }
    view.add(' ', index + run.length, index + run.length)
  }
  return view.done()
}

/** Whether there is a run long enough to be looked at. */
export const mayHoldBase64 = (original: string): boolean => /[A-Za-z0-9+/_-]{12}/.test(original)

function decode(run: string): string | undefined {
  const text = utf8(run)
  if (text === undefined || text === '') return undefined
  const letters = text.match(/[\p{L}\p{M}\s]/gu)?.length ?? 0
  return letters >= LETTERS * Array.from(text).length ? text : undefined
}

/** The text that the run encodes; nothing where its bytes are no UTF-8, which is so for almost all long words after some letters. */
function utf8(run: string): string | undefined {
  const units: number[] = []
  let code = 0
  let more = 0
  let least = 0
  for (const byte of bytesOf(run)) {
    if (more > 0) {
      if ((byte & 0xc0) !== 0x80) return undefined
      code = (code << 6) | (byte & 0x3f)
      more -= 1
      if (more > 0) continue
      if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
      units.push(...unitsOf(code))
    } else if (byte < 0x80) units.push(byte)
    else if (byte >= 0xc2 && byte <= 0xf4) {
      more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
      code = byte & (0x3f >> more)
      least = more === 1 ? 0x80 : more === 2 ? 0x800 : 0x10000
    } else return undefined
  }
  return more > 0 ? undefined : stringOf(Uint16Array.from(units))
}

const unitsOf = (code: number): readonly number[] =>
  code < 0x10000 ? [code] : [0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff)]

function* bytesOf(run: string): Generator<number> {
  let bits = 0
  let held = 0
  for (let at = 0; at < run.length; at += 1) {
    const digit = DIGIT[run.charCodeAt(at)] ?? 0
    if (digit === PADDING) continue
    bits = ((bits << 6) | digit) & 0xffff
    held += 6
    if (held < 8) continue
    held -= 8
    yield (bits >>> held) & 0xff
  }
}
