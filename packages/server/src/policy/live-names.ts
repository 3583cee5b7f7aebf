import { askedLists as listsOfRule } from '@lamplighter/rules'
import { listsNamed } from './live.ts'
import type { RuleRegistry } from './registry.ts'

/** What the live rules' schema can be about; undefined before the first rule set. */
export function harmsOf(registry: RuleRegistry): ReadonlySet<string> | undefined {
  try {
    return new Set(registry.live().schema.harms.keys())
  } catch {
    return undefined
  }
}

/** How the live rules declare a list; undefined where they do not name it, and before the first rule set. */
export function declaredList(
  registry: RuleRegistry,
  list: string,
): { readonly sealed: boolean; readonly context: boolean } | undefined {
  try {
    return registry.live().program.ruleset.lists.get(list)
  } catch {
    return undefined
  }
}

/** Names of the live rules; none before the first rule set. */
export function ruleNames(registry: RuleRegistry): string[] {
  try {
    return registry.live().program.ruleset.rules.map(({ name }) => name)
  } catch {
    return []
  }
}

/** Ids of the lists that the live rules ask; none before the first rule set. */
export function askedLists(registry: RuleRegistry): string[] {
  try {
    return listsNamed(registry.live()).map(({ id }) => id)
  } catch {
    return []
  }
}

/** Names of the live rules that ask a list, directly or by a counter; none before the first rule set. */
export function rulesAsking(registry: RuleRegistry, list: string): string[] {
  try {
    const { ruleset } = registry.live().program
    return ruleset.rules.filter((rule) => listsOfRule(rule, ruleset).includes(list)).map(({ name }) => name)
  } catch {
    return []
  }
}
