import { KIND, kindOf } from './units.ts'
import { type Pool, plainView, UNIT, type View, ViewBuilder } from './view.ts'

/** A character with the marks on it, or a run of Hangul pieces: what may be normalised without its neighbours. */
const CLUSTER_HERE = /[\u1100-\u11ff]+|\P{M}\p{M}*|\p{M}+/uy
const BEYOND_ASCII = /[\u0080-\uffff]/
/** Pieces of Hangul syllables: a run of them is normalised as one. */
const isJamo = (unit: number): boolean => unit >= 0x1100 && unit <= 0x11ff

/** The text in NFC and case-folded: the least that two spellings of one word must share. */
export function rawView(text: string, pool?: Pool): View {
  if (!BEYOND_ASCII.test(text)) return plainView('raw', text.toLowerCase())
  const view = new ViewBuilder('raw', text.length + 16, pool)
  for (let at = 0; at < text.length; ) {
    const unit = text.charCodeAt(at)
    const end = clusterEnd(text, at)
    if (end === at + 1 && unit < 0x80) view.addUnit(unit >= 65 && unit <= 90 ? unit + 32 : unit, at, end)
    else if (end === at + 1) view.add(foldedUnit(unit), at, end)
    else view.add(caseFolded(text.slice(at, end).normalize('NFC')), at, end)
    at = end
  }
  return view.done()
}

/** Where the cluster ends that begins here. Most characters are one, which no regular expression has to be asked about. */
function clusterEnd(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 0x20
  const alone = (kindOf(unit) & (KIND.mark | KIND.half)) === 0 && !isJamo(unit)
  if (alone && (next < 0x80 || (kindOf(next) & (KIND.mark | KIND.half)) === 0)) return at + 1
  return at + (matchAt(CLUSTER_HERE, text, at)?.[0].length ?? 1)
}

const foldedUnit = remembered((unit) => caseFolded(String.fromCharCode(unit).normalize('NFC')))

/** Characters come again and again; what becomes of each is worked out once. At most 65,536 short strings. */
function remembered(of: (unit: number) => string): (unit: number) => string {
  const known = new Map<number, string>()
  return (unit) => {
    const held = known.get(unit)
    if (held !== undefined) return held
    const made = of(unit)
    known.set(unit, made)
    return made
  }
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
export function foldedView(raw: View, pool?: Pool): View {
  const view = new ViewBuilder('folded', raw.text.length + 16, pool)
  const pieces = raw.text.includes(OVERRIDE) ? inReadingOrder(piecesOf(raw)) : piecesOf(raw)
  let blank = false
  for (const piece of pieces) {
    const { text } = piece
    const plain = text.length === 1 ? plainUnit(text.charCodeAt(0)) : plainOf(text)
    if (plain === '') continue
    if (isBlank(plain)) {
      if (!blank) view.add(' ', piece.from, piece.to)
      blank = true
      continue
    }
    blank = false
    view.add(plain, piece.from, piece.to, plain === text ? 0 : UNIT.changed)
  }
  return view.done()
}

const isBlank = (plain: string): boolean =>
  plain.length === 1 ? (kindOf(plain.charCodeAt(0)) & KIND.blank) !== 0 : /^\s+$/.test(plain)

const plainUnit = remembered((unit) => plainOf(String.fromCharCode(unit)))

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
  for (let at = 0; at < raw.text.length; ) {
    const entity = raw.text[at] === '&' ? matchAt(ENTITY, raw.text, at) : null
    const meant = entity === null ? undefined : entityText(entity)
    const end = meant === undefined ? clusterEnd(raw.text, at) : at + (entity?.[0].length ?? 1)
    yield { text: meant ?? raw.text.slice(at, end), from: raw.from[at] ?? 0, to: raw.to[end - 1] ?? 0 }
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
