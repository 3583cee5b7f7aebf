import { readFileSync } from 'node:fs'
import { check, type Diagnostic, type RuleSet, readSchema, type Schema, type Source } from '../src/index.ts'

/** A file that ships with the package. */
export function shipped(name: string): Source {
  return { name, text: readFileSync(new URL(`../wick/${name}`, import.meta.url), 'utf8') }
}

export const chat: Schema = must(readSchema(shipped('chat.schema.wick')).schema)

export const HEADER = 'ruleset demo version 1 owner "lead@harbour.example"\nuse schema chat version 1\n'

/** A file of rules with the usual header, which takes the first two lines. */
export function rules(body: string): Source {
  return { name: 'demo.wick', text: `${HEADER}${body}` }
}

/** A rule that is right but for the clauses that are given. */
export function rule(clauses: Partial<Record<keyof typeof RULE, string>> = {}): string {
  const all = { ...RULE, ...clauses }
  const { name, head, on, when, effects, unknown, because, tell } = all
  return `rule ${name} {\n  ${head}\n  ${on}\n  when ${when}\n  then ${effects}\n  ${unknown}\n  because "${because}"\n  ${tell}\n}\n`
}

const RULE = {
  name: 'r v1',
  head: 'harm spam policy "P-1" severity low phase gate',
  on: 'on message',
  when: 'item.link_count > 2',
  effects: 'queue "reports" within 4h',
  unknown: '',
  because: 'because of links',
  tell: '',
}

export function ruleset(body: string, schema: Schema = chat): RuleSet {
  const { ruleset: found, diagnostics } = check(rules(body), schema)
  return must(found, diagnostics)
}

/** The diagnostics of a body, as `line:column code message`. */
export function findings(body: string, schema: Schema = chat): string[] {
  return check(rules(body), schema).diagnostics.map(told)
}

export function told({ at, code, message }: Diagnostic): string {
  return `${at.line}:${at.column} ${code} ${message}`
}

export function must<T>(value: T | undefined, why: unknown = 'missing'): T {
  if (value === undefined) throw new Error(JSON.stringify(why))
  return value
}

/** Milliseconds of processor time that the work took at its best: a busy machine makes things late, not dear. */
export function cheapest(rounds: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

export const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
