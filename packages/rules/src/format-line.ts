/** One token of a line to print. `opens` and `closes` are brackets to add around it. */
export interface Piece {
  readonly text: string
  readonly word: boolean
  readonly from: number
  readonly to: number
  readonly line: number
  readonly closeBefore: boolean
  readonly closeAfter: boolean
  opens: number
  closes: number
}

const WIDTH = 120
const TIGHT_BEFORE: ReadonlySet<string> = new Set([',', ')', ']', ':'])
const TIGHT_AFTER: ReadonlySet<string> = new Set(['(', '['])

/** Prints the tokens of one line, broken below where they are too many: first at the outermost `and`, `or` and commas. */
export function printLine(pieces: readonly Piece[], indent: number): string[] {
  const depths = depthsOf(pieces)
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0)
  for (let depth = 0; ; depth++) {
    const segments = segmentsOf(pieces, depths, depth)
    const lines = fill(segments, indent)
    if (lines.every((line) => line.length <= WIDTH) || depth >= deepest) return lines
  }
}

/** How many brackets are open before each token. */
function depthsOf(pieces: readonly Piece[]): number[] {
  let depth = 0
  return pieces.map((piece) => {
    if (piece.text === ')' || piece.text === ']' || piece.text === '}') depth -= 1
    const here = depth + piece.opens
    depth += piece.opens - piece.closes
    if (piece.text === '(' || piece.text === '[' || piece.text === '{') depth += 1
    return here
  })
}

/** Cuts before `and` and `or` and after a comma, in brackets up to this depth. */
function segmentsOf(pieces: readonly Piece[], depths: readonly number[], depth: number): string[] {
  const segments: string[] = []
  let text = ''
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1]
    const joins = piece.word && ['and', 'or', 'where'].includes(piece.text)
    const mayBreak = before !== undefined && (depths[index] ?? 0) <= depth && (joins || before.text === ',')
    if (mayBreak) {
      segments.push(text)
      text = ''
    } else if (before !== undefined && spaced(before, piece)) text += ' '
    text += `${'('.repeat(piece.opens)}${piece.text}${')'.repeat(piece.closes)}`
  }
  return [...segments, text]
}

function spaced(before: Piece, piece: Piece): boolean {
  if (piece.closeBefore || before.closeAfter) return false
  if (before.text === '{' && piece.text === '}') return false
  return !TIGHT_BEFORE.has(piece.text) && !TIGHT_AFTER.has(before.text)
}

function fill(segments: readonly string[], indent: number): string[] {
  const lines: string[] = []
  let line = ' '.repeat(indent)
  let empty = true
  for (const segment of segments) {
    if (!empty && line.length + 1 + segment.length > WIDTH) {
      lines.push(line)
      line = ' '.repeat(indent + 2)
      empty = true
    }
    line += empty ? segment : ` ${segment}`
    empty = false
  }
  return [...lines, line]
}
