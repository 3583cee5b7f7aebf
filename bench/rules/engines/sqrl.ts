import { type Engine, nth } from '../engine.ts'
import { PATTERNS } from '../neutral.ts'
import { sqrlInputsOf, sqrlOf } from '../print/sqrl.ts'
import { peer } from './peer.ts'

/** What of `sqrl` 0.6.8 is used here. */
interface Sqrl {
  createInstance(): {
    registerSync(of: (text: string, pattern: number) => boolean, options: object): void
    registerStatement(
      feature: string,
      of: (state: State, cause: unknown, label: string) => unknown,
      options: object,
    ): void
  }
  compileFromString(
    instance: unknown,
    source: string,
    options: { context: unknown },
  ): Promise<{ executable: Executable }>
  createSimpleContext(): unknown
  readonly Manipulator: abstract new () => object
  readonly AT: { readonly state: unknown; readonly whenCause: unknown; readonly any: unknown }
}
interface Executable {
  execute(context: unknown, options: { manipulator: object; inputs: object }): Promise<Execution>
}
interface Execution {
  fetchFeature(name: string): Promise<unknown>
}
interface State {
  readonly manipulator: { readonly labels: string[] }
}

/** SQRL as its own documentation embeds it: rules with reasons, one statement for each label, one event in flight. */
export const sqrl: Engine = {
  async load(rules, events) {
    const { createInstance, compileFromString, createSimpleContext, Manipulator, AT } = quietly(() =>
      peer<Sqrl>('sqrl'),
    )
    const instance = createInstance()
    const patterns = PATTERNS.map((pattern) => new RegExp(pattern))
    instance.registerSync(
      function matchesPattern(text, pattern) {
        return patterns[pattern]?.test(text) ?? false
      },
      { args: [AT.any, AT.any], pure: true },
    )
    instance.registerStatement(
      'SqrlLabelStatements',
      async function giveLabel(state, _cause, label) {
        state.manipulator.labels.push(label)
      },
      { args: [AT.state, AT.whenCause, AT.any], allowNull: true },
    )
    const context = createSimpleContext()
    const { executable } = await compileFromString(instance, sqrlOf(rules), { context })
    class Labels extends Manipulator {
      readonly labels: string[] = []
      getCurrentHumanOutput() {
        return {}
      }
      logError(error: Error) {
        throw error
      }
    }
    const inputs = events.map(sqrlInputsOf)
    return {
      async decide(event) {
        const manipulator = new Labels()
        const execution = await executable.execute(context, { manipulator, inputs: nth(inputs, event) })
        await execution.fetchFeature('SqrlExecutionComplete')
        return manipulator.labels
      },
    }
  },
}

/** `bigint-buffer`, which SQRL uses for ids only, says on the console that it was not compiled. */
function quietly<T>(work: () => T): T {
  const { warn } = console
  console.warn = () => undefined
  try {
    return work()
  } finally {
    console.warn = warn
  }
}
