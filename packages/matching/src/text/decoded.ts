import { foldedView, rawView } from './folded.ts'
import { UNIT, type View, ViewBuilder } from './view.ts'

const RUN = /[A-Za-z0-9+/_-]{12,}={0,2}/g
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** Share of letters and blanks that makes a decoded run a text. */
const LETTERS = 0.9

/** Base64 runs of twelve characters and more that decode to text, folded; everything between them is one blank. */
export function decodedView(original: string): View {
  const view = new ViewBuilder('decoded')
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

function decode(run: string): string | undefined {
  const bytes = bytesOf(run)
  let text: string
  try {
    text = utf8(bytes)
  } catch {
    // Most long words are no Base64 of anything; that is no failure.
    return undefined
  }
  const letters = text.match(/[\p{L}\p{M}\s]/gu)?.length ?? 0
  return letters >= LETTERS * Array.from(text).length && text.length > 0 ? text : undefined
}

function bytesOf(run: string): readonly number[] {
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const digit of run.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '')) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xffff
    held += 6
    if (held < 8) continue
    held -= 8
    bytes.push((bits >>> held) & 0xff)
  }
  return bytes
}

/** @throws URIError the bytes are no UTF-8 */
function utf8(bytes: readonly number[]): string {
  return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
}
