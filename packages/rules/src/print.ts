import type { Template, TemplatePart } from './checked.ts'
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
  const read = compiler.term(part.print)
  const isDuration = part.print.type.kind === 'dur'
  return (run) => printed(read(run), isDuration)
}

function printed(value: Reach, isDuration: boolean): string {
  if (typeof value === 'string') return value
  if (value === undefined) return 'unknown'
  if (value === null) return 'none'
  if (typeof value === 'number' && isDuration) return duration(value)
  if (value instanceof Interval) return printInterval(value)
  return Array.isArray(value) ? value.map(String).join(', ') : String(value)
}
