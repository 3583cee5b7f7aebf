/** A text and the name to call it by in messages. */
export type Source = { name: string; text: string }

/** A piece of a source: offsets in UTF-16 units, line and column from 1. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly line: number
  readonly column: number
}

/** A second place that helps to understand a diagnostic. */
export interface Note {
  readonly message: string
  readonly at: Span
}

/** One finding: the message says what is wrong, `fix` what to write instead. Codes never change their meaning. */
export interface Diagnostic {
  code: string
  severity: 'error' | 'warning'
  message: string
  fix?: string
  at: Span
  also: readonly Note[]
}

/** Nobody reads more, and a file of nothing but mistakes must not fill memory with them. */
const MAX_TOLD = 1000
/** Letters that may be compared in one file to find which name was meant. Whoever gets hundreds of names wrong needs no more hints. */
const MAX_COMPARED = 5_000_000
const MAX_NAME = 64

/** Collects diagnostics. The same code at the same place is told once, however often a let is looked through. */
export class Findings {
  readonly list: Diagnostic[] = []
  readonly #seen = new Set<string>()
  #failed = false
  #compared = 0

  error(code: string, at: Span, message: string, fix?: string, also: readonly Note[] = []): void {
    this.#add({ code, severity: 'error', message, ...(fix === undefined ? {} : { fix }), at, also })
  }

  warning(code: string, at: Span, message: string, fix?: string): void {
    this.#add({ code, severity: 'warning', message, ...(fix === undefined ? {} : { fix }), at, also: [] })
  }

  get failed(): boolean {
    return this.#failed
  }

  /** "did you mean 'x'?" for the nearest of the names, or nothing where none is near. */
  didYouMean(wrong: string, names: Iterable<string>): string | undefined {
    if (wrong.length > MAX_NAME) return undefined
    let best: string | undefined
    let bestDistance = Math.max(2, Math.floor(wrong.length / 3)) + 1
    for (const name of names) {
      const near = Math.abs(name.length - wrong.length) < bestDistance
      this.#compared += near ? name.length * wrong.length : 1
      if (this.#compared > MAX_COMPARED) return undefined
      const distance = near ? editDistance(wrong, name, bestDistance) : bestDistance
      if (distance < bestDistance) {
        best = name
        bestDistance = distance
      }
    }
    return best === undefined ? undefined : `did you mean '${best}'?`
  }

  /** In the order of the text. */
  sorted(): Diagnostic[] {
    return [...this.list].sort((a, b) => a.at.from - b.at.from || (a.code < b.code ? -1 : 1))
  }

  #add(diagnostic: Diagnostic): void {
    const key = `${diagnostic.code}:${diagnostic.at.from}:${diagnostic.at.to}:${diagnostic.message}`
    if (this.#seen.has(key)) return
    if (diagnostic.severity === 'error') this.#failed = true
    if (this.list.length > MAX_TOLD) return
    this.#seen.add(key)
    const at = plain(diagnostic.at)
    if (this.list.length < MAX_TOLD) this.list.push({ ...diagnostic, at })
    else this.#tooMany(at)
  }

  #tooMany(at: Span): void {
    const message = `the file has more than ${MAX_TOLD} mistakes; the rest is not told`
    this.#failed = true
    this.list.push({ code: 'S02', severity: 'error', message, fix: 'mend the first ones', at, also: [] })
  }
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? limit
}

/** A span is often a token or a node; only the place is told. */
function plain({ from, to, line, column }: Span): Span {
  return { from, to, line, column }
}

/** From the start of one span to the end of another. */
export function spanning(first: Span, last: Span): Span {
  return { from: first.from, to: last.to, line: first.line, column: first.column }
}
