import {
  check,
  compile,
  type Diagnostic,
  type Lock,
  lockOf,
  type Program,
  readSchema,
  runTests,
  type Schema,
} from '@lamplighter/rules'
import { authorities } from '../review/authorities.ts'
import { laneIds } from '../review/lanes.ts'
import { shippedPolicies } from './register.ts'

/** A checked, compiled rule set with the texts it came from. */
export interface LiveRules {
  readonly name: string
  readonly version: number
  readonly hash: string
  readonly text: string
  readonly schemaText: string
  readonly program: Program
  readonly schema: Schema
  readonly rules: number
  /** What each of its rules means, for the lock (rules.md §7.5). */
  readonly lock: Lock
  /** Leaves of rules of severity high and critical that no test saw both ways, `29:8`. */
  readonly uncovered: readonly string[]
  /** Warnings; a text with errors is refused. */
  readonly warnings: readonly Diagnostic[]
}

/** What a rule file may name outside itself (code D01 of rules.md §7.4); `permitted.ts` has D02 and D03. */
export interface Surroundings {
  /** Providers of signals that this server has. */
  readonly providers: ReadonlySet<string>
  /** What versions of a rule set that ran or run beside mean: a version never changes its meaning (V01). */
  readonly lockOf?: (ruleset: string) => Lock
}

export interface Refused {
  readonly diagnostics: readonly Diagnostic[]
  readonly failed: readonly string[]
}

/**
 * Reads, checks, tests and compiles a rule file. What comes back runs as it is: nothing that fails its own tests gets so far.
 *
 * @returns the live form, or everything that is wrong with the texts
 */
export function prepare(text: string, schemaText: string, around: Surroundings): LiveRules | Refused {
  const { schema, diagnostics: inSchema } = readSchema({ name: 'schema', text: schemaText })
  if (schema === undefined) return { diagnostics: inSchema, failed: [] }
  const { ruleset, diagnostics } = checkLocked(text, schema, around)
  const all = [...inSchema, ...diagnostics, ...(ruleset === undefined ? [] : outside(ruleset, text, around))]
  if (ruleset === undefined || all.some(({ severity }) => severity === 'error')) return { diagnostics: all, failed: [] }
  const report = runTests(ruleset)
  const failed = report.tests.filter((test) => !test.passed).map((test) => test.name)
  if (failed.length > 0) return { diagnostics: all, failed }
  return {
    name: ruleset.name,
    version: ruleset.version,
    hash: ruleset.hash,
    text,
    schemaText,
    program: compile(ruleset),
    schema,
    rules: ruleset.rules.length,
    lock: lockOf(ruleset),
    uncovered: uncoveredIn(report),
    warnings: all,
  }
}

// Only a checked text says whose lock it must keep.
function checkLocked(text: string, schema: Schema, { lockOf: locked }: Surroundings): ReturnType<typeof check> {
  const source = { name: 'rules', text }
  const plain = check(source, schema)
  const lock = plain.ruleset && locked?.(plain.ruleset.name)
  return lock === undefined || isEmpty(lock) ? plain : check(source, schema, lock)
}

const isEmpty = ({ rulesets, rules, counters }: Lock): boolean =>
  [rulesets, rules, counters].every((names) => Object.keys(names).length === 0)

function uncoveredIn({ coverage }: ReturnType<typeof runTests>): string[] {
  const missing = [...coverage.neverTrue, ...coverage.neverFalse].filter(({ required }) => required)
  return [...new Set(missing.map(({ at }) => at))]
}

export const isRefused = (prepared: LiveRules | Refused): prepared is Refused => 'failed' in prepared

type CheckedRuleset = NonNullable<ReturnType<typeof check>['ruleset']>

/** D01: a lane, authority, policy or signal provider that this server does not have. */
function outside(ruleset: CheckedRuleset, text: string, around: Surroundings): Diagnostic[] {
  const policies = new Set(shippedPolicies.map(({ id }) => id))
  const names = new Set(authorities.keys())
  const unknown = (word: string, name: string, known: ReadonlySet<string>): Diagnostic[] =>
    known.has(name)
      ? []
      : [
          {
            code: 'D01',
            severity: 'error',
            message: `no ${word} '${name}' here`,
            fix: `one of ${[...known].join(', ')}`,
            at: placeOf(text, name),
            also: [],
          },
        ]
  return ruleset.rules
    .flatMap((rule) => [
      ...unknown('policy', rule.policy, policies),
      ...[...rule.effects, ...(rule.onUnknown === 'ignore' ? [] : rule.onUnknown)].flatMap((effect) =>
        effect.do === 'queue'
          ? unknown('lane', effect.what, laneIds)
          : effect.do === 'refer'
            ? unknown('authority', effect.what, names)
            : [],
      ),
    ])
    .concat(
      [...ruleset.signals.values()].flatMap((signal) => unknown('signal provider', signal.provider, around.providers)),
    )
}

/** Where a name stands first. */
export function placeOf(text: string, name: string): Diagnostic['at'] {
  const offset = Math.max(0, text.indexOf(name))
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, from: offset, to: offset + name.length }
}

const LIST_KINDS = { text: 'text', domain: 'domain', hash: 'digest', phash: 'pdq' } as const

/** A list that a rule set names, as `signals` would keep it. */
export interface NamedList {
  readonly id: string
  readonly kind: (typeof LIST_KINDS)[keyof typeof LIST_KINDS]
  /** Of the first rule that asks it. */
  readonly harm: string
  readonly sealed: boolean
  readonly context: boolean
  readonly source: string
}

/** The lists that a rule set asks. One that is not there leaves every rule that asks it undecided. */
export function listsNamed({ program }: Pick<LiveRules, 'program'>): NamedList[] {
  return [...program.ruleset.lists.values()].flatMap((list) => {
    if (list.type === 'id') return []
    const asks = program.ruleset.rules.find(({ when }) => JSON.stringify(when).includes(`"list":"${list.name}"`))
    const { sealed, context, from: source } = list
    return [{ id: list.name, kind: LIST_KINDS[list.type], harm: asks?.harm ?? 'other', sealed, context, source }]
  })
}
