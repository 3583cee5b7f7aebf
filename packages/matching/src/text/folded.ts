import { UNIT, type View, ViewBuilder } from './view.ts'

/** A character with the marks on it, or a run of Hangul pieces: what may be normalised without its neighbours. */
const CLUSTER = /[\u1100-\u11ff]+|\P{M}\p{M}*|\p{M}+/gu
const ASCII_LOWER = /^[\x20-\x40\x5b-\x7e]*$/

/** The text in NFC and case-folded: the least that two spellings of one word must share. */
export function rawView(text: string): View {
  const view = new ViewBuilder('raw')
  if (ASCII_LOWER.test(text)) {
    for (let at = 0; at < text.length; at += 1) view.add(text[at] ?? '', at, at + 1)
    return view.done()
  }
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    view.add(caseFolded(cluster.normalize('NFC')), index, index + cluster.length)
  }
  return view.done()
}

/** Lower case, and the three small letters whose capitals are shared with others. */
function caseFolded(text: string): string {
  return text.toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ').replaceAll('ſ', 's')
}

/**
 * What a reader sees when decoration is taken away: HTML entities resolved, bidi overrides in reading order, compatibility
 * forms (NFKD) and enclosed letters made plain, invisible characters and blank runs dropped, and marks dropped where they
 * decorate: on Latin, Greek, Cyrillic, Arabic and Hebrew letters and on signs. Elsewhere marks are part of the word.
 */
export function foldedView(raw: View): View {
  const view = new ViewBuilder('folded')
  let blank = false
  for (const piece of inReadingOrder(piecesOf(raw))) {
    const plain = plainOf(piece.text)
    if (plain === '') continue
    if (/^\s+$/.test(plain)) {
      if (!blank) view.add(' ', piece.from, piece.to)
      blank = true
      continue
    }
    blank = false
    view.add(plain, piece.from, piece.to, plain === piece.text ? 0 : UNIT.changed)
  }
  return view.done()
}

interface Piece {
  readonly text: string
  readonly from: number
  readonly to: number
}

const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp|shy|zwj|zwnj));?/y
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '\u00ad',
  zwj: '\u200d',
  zwnj: '\u200c',
}

function* piecesOf(raw: View): Generator<Piece> {
  const cluster = new RegExp(CLUSTER.source, 'yu')
  for (let at = 0; at < raw.text.length; ) {
    const entity = raw.text[at] === '&' ? matchAt(ENTITY, raw.text, at) : null
    const meant = entity === null ? undefined : entityText(entity)
    const found = meant === undefined ? (matchAt(cluster, raw.text, at)?.[0] ?? raw.text.charAt(at)) : entity?.[0]
    const end = at + (found?.length ?? 1)
    yield { text: meant ?? found ?? '', from: raw.from[at] ?? 0, to: raw.to[end - 1] ?? 0 }
    at = end
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function entityText([, decimal, hex, name]: RegExpExecArray): string | undefined {
  if (name !== undefined) return NAMED[name]
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10)
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isCharacter ? caseFolded(String.fromCodePoint(code)) : undefined
}

const OVERRIDE = '\u202e'
/** Ends an override: its own end mark, an isolate's, or the end of the paragraph. */
const ENDS = new Set(['\u202c', '\u2069', '\n', '\u2029'])

/** After a right-to-left override, characters are shown from right to left: the reader's order is the reverse. */
function* inReadingOrder(pieces: Iterable<Piece>): Generator<Piece> {
  let turned: Piece[] | undefined
  for (const piece of pieces) {
    if (turned === undefined) {
      if (piece.text === OVERRIDE) turned = []
      else yield piece
    } else if (ENDS.has(piece.text)) {
      yield* turned.reverse()
      yield piece
      turned = undefined
    } else {
      turned.push(piece)
    }
  }
  if (turned !== undefined) yield* turned.reverse()
}

const MARKS_ARE_DECORATION =
  /^(?:[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]|\P{L})/u

function plainOf(cluster: string): string {
  if (/^[\x20-\x7e]$/.test(cluster)) return cluster
  const visible = cluster.replace(/\p{Default_Ignorable_Code_Point}/gu, '').replace(/\p{Cf}/gu, '')
  const apart = Array.from(visible, letterOfEnclosed).join('').normalize('NFKD')
  if (/^\p{M}*$/u.test(apart)) return ''
  const bare = MARKS_ARE_DECORATION.test(apart) ? apart.replace(/\p{M}/gu, '') : apart
  return caseFolded(bare.normalize('NFC'))
}

/** Letters in boxes and circles that NFKD does not know as letters: the first code point, for 26 letters on. */
const ENCLOSED_FROM = [0x1f150, 0x1f170, 0x1f1e6, 0x249c] as const

function letterOfEnclosed(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const first = ENCLOSED_FROM.find((from) => code >= from && code < from + 26)
  return first === undefined ? character : String.fromCharCode(97 + code - first)
}
