import { type Engine, nth } from '../engine.ts'
import { celInputsOf, celOf, celVariables } from '../print/cel.ts'
import { peer } from './peer.ts'

/** What of `@marcbachmann/cel-js` is used here. */
interface Cel {
  readonly Environment: new () => Environment
}
interface Environment {
  registerVariable(name: string, type: string): void
  parse(expression: string): (inputs: object) => unknown
}

/** One typed environment, each rule parsed once and asked in turn. */
export const celJs: Engine = {
  async load(rules, events) {
    const { Environment } = peer<Cel>('@marcbachmann/cel-js')
    const environment = new Environment()
    for (const [name, type] of Object.entries(celVariables)) environment.registerVariable(name, type)
    const parsed = rules.map((rule) => ({ name: rule.name, holds: environment.parse(celOf(rule)) }))
    const inputs = events.map(celInputsOf)
    return {
      decide(event) {
        const given = nth(inputs, event)
        return parsed.filter(({ holds }) => holds(given) === true).map(({ name }) => name)
      },
    }
  },
}
