import { isWordUnit, KIND, kindOf } from './units.ts'
import { type Pool, UNIT, type View, ViewBuilder } from './view.ts'

/** Pieces of one or two letters are joined across blanks where at least so many follow each other. */
const SHORT_PIECES = 3
const SHORT = 2
/** Longer separators part sentences. */
const SEPARATOR = 3

interface Piece {
  readonly start: number
  readonly end: number
  /** The separator before this piece goes. */
  joins: boolean
}

/**
 * Letters that were pulled apart, put together: what separates three and more pieces of one or two letters is taken out,
 * and any separator but a blank inside a token. Whole ordinary words are never joined.
 */
export function joinedView(leet: View, pool?: Pool): View {
  const view = new ViewBuilder('joined', leet.text.length, pool)
  let at = 0
  for (const { start, end, joins } of piecesOf(leet.text)) {
    if (joins) view.leftOut()
    else view.copyRange(leet, at, start)
    view.copy(leet, start, joins ? UNIT.gapBefore | UNIT.changed : 0)
    view.copyRange(leet, start + 1, end)
    at = end
  }
  view.copyRange(leet, at, leet.text.length)
  return view.done()
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  // Whether only signs stand between the last piece and here.
  let near = false
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at)
    if (end > at) {
      pieces.push({ start: at, end, joins: near })
      near = true
      at = end
    } else {
      if ((kindOf(text.charCodeAt(at)) & KIND.blank) !== 0) near = false
      at += 1
    }
  }
  for (const [at, piece] of pieces.entries()) if (isClitic(text, pieces, at)) piece.joins = false
  for (let first = 0; first < pieces.length; ) first = joinShortRun(pieces, first)
  return pieces
}

/** What English writes behind an apostrophe. */
const CLITICS: ReadonlySet<string> = new Set(['s', 't', 'd', 'm', 're', 've', 'll'])
/** A word before it has so many letters at least. */
const WORD = 3

/** The end of "harbour's": an ordinary way to write, which pulls no letters apart. */
function isClitic(text: string, pieces: readonly Piece[], at: number): boolean {
  const [before, piece, after] = [pieces[at - 1], pieces[at], pieces[at + 1]]
  if (before === undefined || piece?.joins !== true || before.joins || after?.joins === true) return false
  if (before.end - before.start < WORD || !CLITICS.has(text.slice(piece.start, piece.end))) return false
  return /^['\u2019]$/.test(text.slice(before.end, piece.start))
}

function pieceEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && isWordUnit(text, at)) at += 1
  return at
}

/** Joins the run of short pieces that begins here, if it is long enough; gives the place after it. */
function joinShortRun(pieces: readonly Piece[], first: number): number {
  let after = first
  while (after < pieces.length && isShort(pieces[after]) && (after === first || isNear(pieces, after))) after += 1
  if (after - first >= SHORT_PIECES) for (const piece of pieces.slice(first + 1, after)) piece.joins = true
  return Math.max(after, first + 1)
}

function isShort(piece: Piece | undefined): boolean {
  return piece !== undefined && piece.end - piece.start <= SHORT
}

function isNear(pieces: readonly Piece[], at: number): boolean {
  const here = pieces[at]?.start ?? 0
  return here - (pieces[at - 1]?.end ?? 0) <= SEPARATOR
}
