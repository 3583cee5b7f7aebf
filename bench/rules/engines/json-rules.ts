import { type Engine, nth } from '../engine.ts'
import { PATTERNS } from '../neutral.ts'
import { jsonRuleOf } from '../print/json-rules.ts'
import { peer } from './peer.ts'

/** What of `json-rules-engine` is used here. */
interface JsonRulesEngine {
  readonly Engine: new (
    rules: readonly object[],
    options: { allowUndefinedFacts: boolean },
  ) => {
    addOperator(name: string, of: (text: string, pattern: string) => boolean): void
    run(facts: object): Promise<{ readonly events: readonly { readonly type: string }[] }>
  }
}

/** One engine with all rules; an event that a rule raises stands for its label. */
export const jsonRules: Engine = {
  async load(rules, events) {
    const { Engine: JsonRules } = peer<JsonRulesEngine>('json-rules-engine')
    const engine = new JsonRules(rules.map(jsonRuleOf), { allowUndefinedFacts: true })
    const patterns = new Map<string, RegExp>(PATTERNS.map((pattern) => [pattern, new RegExp(pattern)]))
    engine.addOperator('matches', (text, pattern) => patterns.get(pattern)?.test(text) ?? false)
    return {
      async decide(event) {
        const { events: raised } = await engine.run(nth(events, event))
        return raised.map(({ type }) => type)
      },
    }
  },
}
