import { foldedView, rawView } from './folded.ts'
import { stringOf } from './strings.ts'
import { plainView, UNIT, type View, ViewBuilder } from './view.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** Not in the alphabet. */
const NONE = 255
// What is not found is -1, which is 255 here.
const DIGIT = Uint8Array.from({ length: 128 }, (_, unit) => ALPHABET.indexOf(String.fromCharCode(unit)))
// The alphabet for addresses has two other signs.
DIGIT[0x2d] = 62
DIGIT[0x5f] = 63
/** So many characters in a row are looked at. */
const SHORTEST = 12
/** Share of letters and blanks that makes a decoded run a text. */
const LETTERS = 0.9

/** Base64 runs of twelve characters and more that decode to text, folded; everything between them is one blank. */
export function decodedView(original: string): View {
  // Made when something decodes, which is almost never.
  let view: ViewBuilder | undefined
  for (let start = 0; start < original.length; start += 1) {
    let end = start
    while (isDigit(original.charCodeAt(end))) end += 1
    const text = end - start >= SHORTEST ? decode(original, start, end) : undefined
    if (text !== undefined) {
      view ??= new ViewBuilder('decoded', 2 * text.length)
      addRun(view, text, { start, end: end + paddingAt(original, end) })
    }
    start = end
  }
  return view?.done() ?? NOTHING
}

const NOTHING = plainView('decoded', '')

const isDigit = (unit: number): boolean => (DIGIT[unit] ?? NONE) < NONE

function addRun(view: ViewBuilder, text: string, { start, end }: { start: number; end: number }): void {
  const inner = foldedView(rawView(text))
  view.add(' ', start, start)
  for (let at = 0; at < inner.text.length; at += 1) view.add(inner.text.charAt(at), start, end, UNIT.changed)
  view.add(' ', end, end)
}

const paddingAt = (original: string, at: number): number => /^={0,2}/.exec(original.slice(at, at + 2))?.[0].length ?? 0

function decode(original: string, start: number, end: number): string | undefined {
  const text = utf8(original, start, end)
  if (text === undefined || text === '') return undefined
  const letters = text.match(/[\p{L}\p{M}\s]/gu)?.length ?? 0
  return letters >= LETTERS * Array.from(text).length ? text : undefined
}

/** The text that the run encodes; nothing where its bytes are no UTF-8, which is so for almost all long words after some letters. */
function utf8(original: string, start: number, end: number): string | undefined {
  const units: number[] = []
  let bits = 0
  let held = 0
  let code = 0
  let more = 0
  let least = 0
  for (let at = start; at < end; at += 1) {
    bits = ((bits << 6) | (DIGIT[original.charCodeAt(at)] ?? 0)) & 0xffff
    held += 6
    if (held < 8) continue
    held -= 8
    const byte = (bits >>> held) & 0xff
    if (more > 0) {
      if ((byte & 0xc0) !== 0x80) return undefined
      code = (code << 6) | (byte & 0x3f)
      more -= 1
      if (more > 0) continue
      if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
      if (code < 0x10000) units.push(code)
      else units.push(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff))
    } else if (byte < 0x80) units.push(byte)
    else if (byte >= 0xc2 && byte <= 0xf4) {
      more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
      code = byte & (0x3f >> more)
      least = more === 1 ? 0x80 : more === 2 ? 0x800 : 0x10000
    } else return undefined
  }
  return more > 0 ? undefined : stringOf(Uint16Array.from(units))
}
