import { askedLists, type Diagnostic, type RuleSet } from '@lamplighter/rules'
import { type LiveRules, placeOf } from './live.ts'
import type { Policy } from './register.ts'

/** What may change beside the text of a rule file, and decides whether it may run here. */
export interface Outside {
  /** The harms that the terms of a list allow; undefined for a list that is not here. */
  readonly harmsOf: (list: string) => readonly string[] | undefined
  /** What a list says of itself; undefined for a list that is not here. */
  readonly propertiesOf: (list: string) => Properties | undefined
  /** Whether people in the EU are owed statements of reasons (`eu.dsa.notices`). */
  readonly dsaNotices: boolean
  readonly policies: readonly Policy[]
}

/** What both a list and the rule file that names it say (decisions.md 8). */
export interface Properties {
  readonly sealed: boolean
  readonly context: boolean
}

/**
 * D01, D02, D03: what lists say of themselves, and what their terms and the law ask of a version (matching.md §9.6, referrals.md §10). It is asked when a version is handed
 * in and before each step to what runs. What runs goes on when terms change under it: protection does not end by an import.
 */
export function notPermitted(
  { program: { ruleset }, text }: Pick<LiveRules, 'program' | 'text'>,
  outside: Outside,
): Diagnostic[] {
  const { harmsOf, dsaNotices, policies } = outside
  const found = ruleset.rules.flatMap((rule): Diagnostic[] => {
    const lists = askedLists(rule, ruleset).flatMap((list): Diagnostic[] => {
      const harms = harmsOf(list)
      if (harms === undefined || harms.includes(rule.harm)) return []
      return [
        {
          code: 'D02',
          severity: 'error',
          message: `the terms of list '${list}' do not allow harm '${rule.harm}' (rule '${rule.name}')`,
          fix: `it is for ${harms.join(', ')}; where its terms allow more, import it with --harms ${[...harms, rule.harm].join(',')}`,
          at: placeOf(text, list),
          also: [],
        },
      ]
    })
    const policy = policies.find(({ id }) => id === rule.policy)
    if (!dsaNotices || policy === undefined || policy.dsaCategory !== null) return lists
    return [
      ...lists,
      {
        code: 'D03',
        severity: 'error',
        message: `policy '${policy.id}' has no DSA category: policy_without_category (rule '${rule.name}')`,
        fix: `give the policy one of the categories of the EU transparency database, or cite another policy`,
        at: placeOf(text, policy.id),
        also: [],
      },
    ]
  })
  return [...laxer({ ruleset, text, propertiesOf: outside.propertiesOf }), ...found]
}

/**
 * D01: a rule file that says less of a list than the list itself. Of two declarations the stricter holds: a list whose names prove nothing
 * alone would else act alone by a word that was left out.
 */
function laxer(of: {
  readonly ruleset: RuleSet
  readonly text: string
  readonly propertiesOf: Outside['propertiesOf']
}): Diagnostic[] {
  return [...of.ruleset.lists.values()].flatMap((declared) => {
    const own = of.propertiesOf(declared.name)
    const missing = (['sealed', 'context'] as const).filter((word) => own?.[word] === true && !declared[word])
    return missing.map((word) => ({
      code: 'D01',
      severity: 'error' as const,
      message: `list '${declared.name}' is ${word}, and is declared without it`,
      fix: `write "${word}" in its declaration`,
      at: placeOf(of.text, declared.name),
      also: [],
    }))
  })
}
