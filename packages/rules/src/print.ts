import type { Template, TemplatePart, Term } from './checked.ts'
import type { Compiler } from './compile.ts'
import { Interval, printInterval, type Reach } from './interval.ts'
import { duration } from './print-expr.ts'
import type { Run } from './terms.ts'

export type Print = (run: Run) => string

/** A text ready to be filled in: `{name}` prints a value; what is not known is called so. */
export function compileTemplate({ parts }: Template, compiler: Compiler): Print {
  const prints = parts.map((part) => compilePart(part, compiler))
  return (run) => {
    let text = ''
    for (const print of prints) text += print(run)
    return text
  }
}

function compilePart(part: TemplatePart, compiler: Compiler): Print {
  if ('text' in part) {
    const { text } = part
    return () => text
  }
  const term = part.print
  const read = compiler.term(term)
  return (run) => printed(term, read(run))
}

function printed(term: Term, value: Reach): string {
  if (value instanceof Interval) return printInterval(value)
  if (value === undefined) return 'unknown'
  if (value === null) return 'none'
  if (typeof value === 'number' && term.type.kind === 'dur') return duration(value)
  return Array.isArray(value) ? value.map(String).join(', ') : String(value)
}
