import type { RuleDecl } from './ast.ts'
import { checkThresholds } from './check-counters.ts'
import { allLeaves, type Condition, type Leaf, type ListSpec, type Rule, type SignalSpec } from './checked.ts'
import { findConstant } from './constant.ts'
import type { Span } from './diagnostic.ts'
import { effectOf } from './effects.ts'
import { Elaborator } from './elaborate.ts'
import type { CounterFilters } from './evidence.ts'
import { ruleHash } from './meaning.ts'
import { checkPolicy } from './policy.ts'
import type { Scope } from './scope.ts'
import { isShort } from './size.ts'
import { templateOf } from './template.ts'

export interface Declared {
  readonly lists: ReadonlyMap<string, ListSpec>
  readonly signals: ReadonlyMap<string, SignalSpec>
  readonly cyclic: ReadonlySet<string>
  readonly filters: CounterFilters
}

/** Checks one rule. Every clause is checked, whatever is wrong with its neighbours; the rule is absent if it cannot be built. */
export function checkRule(decl: RuleDecl, scope: Scope, declared: Declared): Rule | undefined {
  if (decl.harm !== undefined && !scope.schema.harms.has(decl.harm.text)) {
    scope.findings.error(
      'N03',
      decl.harm.at,
      `no harm '${decl.harm.text}'`,
      scope.findings.didYouMean(decl.harm.text, scope.schema.harms.keys()),
    )
  }
  const kinds = knownKinds(decl, scope)
  const elaborator = new Elaborator(scope, kinds, declared.cyclic)
  const read = decl.when === undefined || kinds.length === 0 ? undefined : elaborator.condition(decl.when)
  const when = read !== undefined && isShort(read, decl.when?.at ?? decl.name.at, scope) ? read : undefined
  if (when !== undefined) checkCondition(when, decl, scope)
  checkPolicy(decl, when, scope, declared.filters)
  checkPersonAddressed(decl, kinds, scope)
  return build(decl, { when, kinds, elaborator }, scope, declared)
}

function knownKinds(decl: RuleDecl, scope: Scope): string[] {
  const kinds: string[] = []
  for (const word of decl.on ?? []) {
    if (!scope.schema.events.has(word.text)) {
      scope.findings.error(
        'N03',
        word.at,
        `no event '${word.text}'`,
        scope.findings.didYouMean(word.text, scope.schema.events.keys()),
      )
    } else if (kinds.includes(word.text)) {
      scope.findings.error(
        'N01',
        word.at,
        `'${word.text}' is already defined on line ${decl.on?.[0]?.at.line ?? word.at.line}`,
        'name a kind once',
      )
    } else kinds.push(word.text)
  }
  return kinds
}

/** A limit and a notice are for one person, so every kind of the rule must name the same one (T03). */
function checkPersonAddressed(decl: RuleDecl, kinds: readonly string[], scope: Scope): void {
  const [first = '', ...rest] = kinds
  const about = (kind: string) => scope.schema.events.get(kind)?.about
  const other = rest.find((kind) => about(kind) !== about(first))
  const personal = decl.tell !== undefined || decl.effects?.some((effect) => effect.do === 'limit')
  if (other === undefined || !personal) return
  const message = `the person addressed is '${about(first)}' on '${first}' and '${about(other)}' on '${other}'`
  scope.findings.error(
    'T03',
    decl.on?.find((word) => word.text === other)?.at ?? decl.name.at,
    message,
    'write two rules',
  )
}

function checkCondition(when: Condition, decl: RuleDecl, scope: Scope): void {
  const constant = findConstant(when)
  if (constant !== undefined) {
    const what = constant.always ? 'this is always true' : 'this can never be true'
    scope.findings.error('T04', spanOf(constant.leaf), `${what}: ${constant.leaf.place.text}`, 'remove it')
  }
  checkThresholds(when, spanOf, scope)
  if (allLeaves(when).length === 0) scope.findings.error('T04', decl.name.at, 'this is always true', 'ask something')
}

function spanOf(leaf: Leaf): Span {
  return leaf.place.at
}

interface Parts {
  readonly when: Condition | undefined
  readonly kinds: readonly string[]
  readonly elaborator: Elaborator
}

function build(decl: RuleDecl, { when, kinds, elaborator }: Parts, scope: Scope, declared: Declared): Rule | undefined {
  const abouts = new Set(kinds.map((kind) => scope.schema.events.get(kind)?.about ?? ''))
  const about = abouts.size === 1 ? [...abouts].join() : ''
  const template = (word: NonNullable<RuleDecl['because']>) => templateOf(word, elaborator, scope)
  const because = decl.because === undefined || kinds.length === 0 ? undefined : template(decl.because)
  const tell = (kinds.length === 0 ? [] : (decl.tell ?? [])).map(({ language, text }) => ({
    language: language?.text ?? 'default',
    text: templateOf(text, elaborator, scope, about),
  }))
  const { harm, policy, severity, phase } = decl
  if (harm === undefined || policy === undefined || severity === undefined || phase === undefined) return undefined
  if (when === undefined || because === undefined || decl.effects === undefined) return undefined
  const effects = (nodes: NonNullable<RuleDecl['effects']>) => nodes.map((node) => effectOf(node, about))
  const { withhold } = decl
  const unhashed = {
    name: decl.name.text,
    version: decl.version,
    harm: harm.text,
    grave: scope.schema.harms.get(harm.text)?.grave ?? false,
    policy: policy.text,
    severity,
    phase,
    on: kinds,
    when,
    effects: effects(decl.effects),
    onUnknown:
      decl.onUnknown === undefined || decl.onUnknown === 'ignore' ? ('ignore' as const) : effects(decl.onUnknown),
    because,
    tell,
    ...(withhold === undefined
      ? {}
      : { withhold: { because: withhold.because.text, ...(withhold.for === undefined ? {} : { for: withhold.for }) } }),
    line: decl.name.at.line,
  }
  return { ...unhashed, hash: ruleHash(unhashed, declared.lists, declared.signals) }
}
