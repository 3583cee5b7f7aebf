import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { check, compile, readSchema } from '../../../packages/rules/src/index.ts'
import { type Engine, nth } from '../engine.ts'
import { wickEventOf, wickOf, wickSchema } from '../print/wick.ts'

const DOWN = { get: () => undefined }

/** Wick, with a full explanation of every event on which a rule fired or could not be decided, its sealed values under a keyed hash. */
export const wick: Engine = {
  async load(rules, events) {
    const { schema } = readSchema({ name: 'neutral.schema.wick', text: wickSchema })
    if (schema === undefined) throw new Error('the neutral schema does not check')
    const { ruleset, diagnostics } = check({ name: 'neutral.wick', text: wickOf(rules) }, schema)
    if (ruleset === undefined) throw new Error(`the neutral rules do not check: ${JSON.stringify(diagnostics[0])}`)
    const program = compile(ruleset)
    const own = events.map(wickEventOf)
    const key = createSecretKey(randomBytes(32))
    const seal = (value: string): string => createHmac('sha256', key).update(value).digest('hex')
    return {
      decide(event) {
        const { results, explain } = program.judge(program.plan(nth(own, event), {}, DOWN), [], 'gate')
        if (results.length > 0) explain(seal)
        return results.filter(({ outcome }) => outcome === 'fired').map(({ rule }) => rule)
      },
    }
  },
}
