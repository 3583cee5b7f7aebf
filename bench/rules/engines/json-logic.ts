import { type Engine, nth } from '../engine.ts'
import { PATTERNS } from '../neutral.ts'
import { jsonLogicOf } from '../print/json-logic.ts'
import { peer } from './peer.ts'

/** What of `json-logic-js` is used here. */
interface JsonLogicJs {
  add_operation(name: string, of: (text: string, pattern: string) => boolean): void
  apply(logic: object, inputs: object): unknown
}

/** One expression for each rule, asked in turn. */
export const jsonLogic: Engine = {
  async load(rules, events) {
    const engine = peer<JsonLogicJs>('json-logic-js')
    const patterns = new Map<string, RegExp>(PATTERNS.map((pattern) => [pattern, new RegExp(pattern)]))
    engine.add_operation('matches', (text, pattern) => patterns.get(pattern)?.test(text) ?? false)
    const printed = rules.map((rule) => ({ name: rule.name, logic: jsonLogicOf(rule) }))
    return {
      decide(event) {
        const given = nth(events, event)
        return printed.filter(({ logic }) => engine.apply(logic, given) === true).map(({ name }) => name)
      },
    }
  },
}
