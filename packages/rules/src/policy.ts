import type { EffectNode, RuleDecl } from './ast.ts'
import { type Condition, readsOf, type Term, termsOf } from './checked.ts'
import { actsOnPerson, checkEffects } from './effects.ts'
import { type CounterFilters, canBeUndecided, unsupported } from './evidence.ts'
import { readsOfCondition } from './meaning.ts'
import { duration } from './print-expr.ts'
import type { EventKind } from './schema.ts'
import type { Scope } from './scope.ts'

const MAX_WITHHOLD = 90 * 86_400_000
const LONG_LIMIT = 72 * 3_600_000
const MAX_GATE_SIGNAL = 800
const UNDECIDED_MAY = ['hold', 'queue', 'label', 'preserve']

/**
 * What a rule must not do, whatever its words (rules.md §7.3, §7.4): evidence, undecided cases, duties towards the
 * person addressed, and what its kinds allow.
 */
export function checkPolicy(rule: RuleDecl, when: Condition | undefined, scope: Scope, filters: CounterFilters): void {
  const kinds = (rule.on ?? []).flatMap((word) => scope.schema.events.get(word.text) ?? [])
  checkGate(rule, kinds, scope)
  if (rule.effects !== undefined) checkEffects(rule.effects, rule, kinds, scope)
  if (Array.isArray(rule.onUnknown)) checkEffects(rule.onUnknown, rule, kinds, scope)
  checkDuties(rule, scope)
  checkUndecidedEffects(rule, scope)
  if (when === undefined) return
  checkEvidence(rule, when, scope, filters)
  checkUndecided(rule, when, scope)
  checkSignals(rule, when, scope, filters)
}

function checkGate(rule: RuleDecl, kinds: readonly EventKind[], scope: Scope): void {
  const offer = rule.effects?.find((effect) => effect.do === 'offer')
  for (const kind of kinds) {
    const at = rule.on?.find((word) => word.text === kind.name)?.at ?? rule.name.at
    if (kind.about === 'actor') continue
    if (rule.phase === 'gate') {
      scope.findings.error(
        'P11',
        at,
        `an event about another than its actor has no gate: '${kind.name}'`,
        'phase follow',
      )
    } else if (offer !== undefined) {
      scope.findings.error('P11', offer.at, `'offer' is for the actor, '${kind.name}' is about another`, 'remove it')
    }
  }
}

/** P01: an act on a person does not rest on a model, a claim or an absence alone. */
function checkEvidence(rule: RuleDecl, when: Condition, scope: Scope, filters: CounterFilters): void {
  const heavy = rule.effects?.find(
    (effect) => effect.do === 'block' || (effect.do === 'limit' && effect.for > LONG_LIMIT),
  )
  if (heavy === undefined) return
  const way = unsupported(when, scope, filters)
  if (way === undefined) return
  const names = new Set(
    way.flatMap((leaf) => (leaf.kind === 'lookup' ? [leaf.list] : termsOf(leaf).flatMap(readsOf).map(nameOf))),
  )
  const rest = names.size === 0 ? 'nothing' : [...names].map((name) => `'${name}'`).join(', ')
  const text = way.map((leaf) => leaf.place.text).join(' and ')
  const fix = heavy.do === 'block' ? "'hold until review', or add evidence" : 'at most 72h, or add evidence'
  scope.findings.error('P01', heavy.at, `'${heavy.do}' would rest on ${rest} alone when ${text}`, fix)
}

function nameOf(term: Term): string {
  return term.kind === 'field' ? term.path : term.kind === 'signal' || term.kind === 'counter' ? term.name : ''
}

function checkUndecided(rule: RuleDecl, when: Condition, scope: Scope): void {
  const causes = [...canBeUndecided(when)]
  if (causes.length === 0) return
  if (rule.onUnknown === undefined) {
    if (rule.broken) return
    const because = causes.map((cause) => `'${cause}'`).join(', ')
    const message = `this rule can be undecided (because of ${because}); say what happens`
    scope.findings.error('P02', rule.name.at, message, 'on unknown queue "…" within 4h')
    return
  }
  if (rule.severity !== 'high' && rule.severity !== 'critical') return
  const safe =
    rule.onUnknown !== 'ignore' &&
    rule.onUnknown.some((effect) => effect.do === 'queue' || (effect.do === 'hold' && effect.until === 'review'))
  if (safe) return
  const message = 'severity high or critical: when undecided it must hold until review or queue'
  scope.findings.error('P03', rule.unknownAt ?? rule.name.at, message, "'ignore' is for low and medium")
}

function checkUndecidedEffects(rule: RuleDecl, scope: Scope): void {
  if (!Array.isArray(rule.onUnknown)) return
  for (const effect of rule.onUnknown as readonly EffectNode[]) {
    if (UNDECIDED_MAY.includes(effect.do)) continue
    scope.findings.error(
      'P04',
      effect.at,
      'an undecided rule may only hold, queue, label or preserve',
      `move '${effect.do}' to 'then'`,
    )
  }
}

function checkDuties(rule: RuleDecl, scope: Scope): void {
  const acting = rule.effects?.find(actsOnPerson)
  const spam = rule.harm?.text === 'spam'
  const silentSpam = spam && rule.withhold !== undefined && rule.withhold.for === undefined
  if (acting !== undefined && rule.tell === undefined && !silentSpam && !rule.broken) {
    const fix = spam ? '\'tell user "…"\', or for spam \'withhold because "…"\'' : 'tell user "…"'
    scope.findings.error('P05', acting.at, `'${acting.do}' acts on a person, so it needs 'tell user'`, fix)
  }
  if (
    rule.severity === 'critical' &&
    rule.effects !== undefined &&
    !rule.effects.some((effect) => effect.do === 'queue')
  ) {
    scope.findings.error('P09', rule.name.at, "severity critical needs a 'queue'", 'add queue "…" within 15m')
  }
  checkWithhold(rule, scope)
}

function checkWithhold(rule: RuleDecl, scope: Scope): void {
  if (rule.withhold === undefined || rule.harm === undefined) return
  const grave = scope.schema.harms.get(rule.harm.text)?.grave ?? false
  const { for: time, at } = rule.withhold
  const message = "'withhold' is for grave harms and needs 'for'; without 'for', for spam only"
  if (time === undefined ? rule.harm.text !== 'spam' : !grave) {
    scope.findings.error('P08', at, message, time === undefined && grave ? 'add for 14d' : 'remove it')
  } else if (time !== undefined && time > MAX_WITHHOLD) {
    scope.findings.error('C03', at, `${duration(time)} is out of bounds for 'withhold'`, 'at most 90d')
  }
}

/** A signal counts as read where a counter that the rule reads asks it: counting does not wash a score clean. */
function checkSignals(rule: RuleDecl, when: Condition, scope: Scope, filters: CounterFilters): void {
  const reads = readsOfCondition(when)
  const counted = [...reads.counters].flatMap((name) => [...readsOfCondition(filters.get(name)).signals])
  const names = new Set([...reads.signals, ...counted])
  const effects = [
    ...(rule.effects ?? []),
    ...(Array.isArray(rule.onUnknown) ? (rule.onUnknown as readonly EffectNode[]) : []),
  ]
  const other = effects.find((effect) => effect.do !== 'queue')
  for (const name of names) {
    const signal = scope.signals.get(name)
    if (signal === undefined) continue
    if (rule.phase === 'gate' && signal.within > MAX_GATE_SIGNAL) {
      scope.findings.error(
        'C03',
        signal.withinAt,
        `${duration(signal.within)} is out of bounds for a signal of the gate`,
        'at most 800ms',
      )
    }
    if (other !== undefined && signal.inputs.some((input) => isAccount(input.text, rule, scope))) {
      scope.findings.error(
        'P10',
        other.at,
        `'${name}' scores a person; such a rule may only queue`,
        `remove '${other.do}'`,
      )
    }
  }
}

function isAccount(path: string, rule: RuleDecl, scope: Scope): boolean {
  const [member = '', name = ''] = path.split('.')
  return (rule.on ?? []).some((kind) => {
    const type = scope.schema.events.get(kind.text)?.members.get(member)?.record.fields.get(name)?.type
    return type?.kind === 'id' && type.thing === 'account'
  })
}
