import type {
  CounterDecl,
  Expr,
  LetDecl,
  ListDecl,
  RuleDecl,
  RulesFile,
  SampleDecl,
  SignalDecl,
  TestDecl,
} from './ast.ts'
import type { Findings } from './diagnostic.ts'
import type { Schema } from './schema.ts'

/**
 * Names, values and signs that the expressions of a file may come to with their lets written out: lets that use each other twice double
 * with every step. A thousand rules of 64 questions come to a quarter million.
 */
const MAX_WORK = 300_000
/** How many lets may stand inside each other. */
export const MAX_LET_DEPTH = 32

/** What the names of a file stand for. */
export interface Scope {
  readonly schema: Schema
  readonly findings: Findings
  readonly lists: ReadonlyMap<string, ListDecl>
  readonly signals: ReadonlyMap<string, SignalDecl>
  readonly lets: ReadonlyMap<string, LetDecl>
  readonly counters: ReadonlyMap<string, CounterDecl>
  readonly rules: readonly RuleDecl[]
  readonly samples: ReadonlyMap<string, SampleDecl>
  readonly tests: readonly TestDecl[]
  /** By counter name; filled before rules are checked. */
  readonly identities: Map<string, string>
  /** Filled while rules are checked; what is missing at the end is unused. */
  readonly used: Set<string>
  /** What the expressions of the file may still cost to look at, with their lets written out. */
  readonly work: { left: number }
}

/** Gives each name to its first declaration and reports every later one (N01): all names share one space. */
export function scopeOf(file: RulesFile, schema: Schema, findings: Findings): Scope {
  const lists = new Map<string, ListDecl>()
  const signals = new Map<string, SignalDecl>()
  const lets = new Map<string, LetDecl>()
  const counters = new Map<string, CounterDecl>()
  const samples = new Map<string, SampleDecl>()
  const rules: RuleDecl[] = []
  const tests: TestDecl[] = []
  const taken = takenBySchema(schema)
  for (const decl of file.decls) {
    if (decl.kind === 'test') {
      tests.push(decl)
      continue
    }
    const before = taken.get(decl.name.text)
    if (before !== undefined) {
      findings.error('N01', decl.name.at, `'${decl.name.text}' is already defined ${before}`, 'choose another name')
      continue
    }
    taken.set(decl.name.text, `on line ${decl.name.at.line}`)
    if (decl.kind === 'list') lists.set(decl.name.text, decl)
    else if (decl.kind === 'signal') signals.set(decl.name.text, decl)
    else if (decl.kind === 'let') lets.set(decl.name.text, decl)
    else if (decl.kind === 'counter') counters.set(decl.name.text, decl)
    else if (decl.kind === 'sample') samples.set(decl.name.text, decl)
    else rules.push(decl)
  }
  const identities = new Map<string, string>()
  return {
    schema,
    findings,
    lists,
    signals,
    lets,
    counters,
    rules,
    samples,
    tests,
    identities,
    used: new Set(),
    work: { left: MAX_WORK },
  }
}

function takenBySchema(schema: Schema): Map<string, string> {
  const taken = new Map<string, string>([['event', 'in the schema']])
  for (const event of schema.events.values()) {
    taken.set(event.name, 'in the schema')
    for (const member of event.members.keys()) taken.set(member, 'in the schema')
  }
  return taken
}

/** Reports lets and counters that lead back to themselves (N04), and gives back their names. */
export function findCycles(scope: Scope): ReadonlySet<string> {
  const bad = new Set<string>()
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) {
      const ring = trail.slice(trail.indexOf(name))
      if (ring.some((one) => bad.has(one))) return
      for (const one of ring) bad.add(one)
      const first = scope.lets.get(name) ?? scope.counters.get(name)
      const what = `these lets or counters refer to each other: ${ring.join(', ')}`
      if (first !== undefined) scope.findings.error('N04', first.name.at, what, 'write one of them out')
      return
    }
    // A longer chain of lets is refused for its depth where it is used.
    if (done.has(name) || trail.length > MAX_LET_DEPTH) return
    const expr = scope.lets.get(name)?.expr ?? scope.counters.get(name)?.where
    if (expr !== undefined) for (const next of namesIn(expr)) visit(next, [...trail, name])
    done.add(name)
  }
  for (const name of [...scope.lets.keys(), ...scope.counters.keys()]) visit(name, [])
  return bad
}

/** The single words that an expression reads: lets, signals, counters and records. */
export function namesIn(expr: Expr): string[] {
  return wordsIn(expr).filter((word) => !word.includes('.'))
}

/** The paths of fields that an expression reads itself, not through a let. */
export function pathsIn(expr: Expr): string[] {
  return wordsIn(expr).filter((word) => word.includes('.'))
}

function wordsIn(expr: Expr): string[] {
  switch (expr.kind) {
    case 'or':
    case 'and':
      return expr.items.flatMap(wordsIn)
    case 'not':
    case 'neg':
    case 'paren':
    case 'is':
    case 'in':
    case 'lookup':
    case 'contains':
    case 'matches':
      return wordsIn(expr.of)
    case 'compare':
    case 'arith':
      return [...wordsIn(expr.left), ...wordsIn(expr.right)]
    case 'path':
      return [expr.path]
    case 'of':
      return [expr.counter.text, ...expr.key.map((key) => key.text)]
    case 'literal':
      return []
  }
}
