import { type Engine, nth } from '../engine.ts'
import { PATTERNS } from '../neutral.ts'
import { sqrlInputsOf, sqrlOf } from '../print/sqrl.ts'
import { peer } from './peer.ts'

/** What of `sqrl` 0.6.8 is used here. */
interface Sqrl {
  createInstance(props: { config: object }): {
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
  createSimpleContext(logger: object): unknown
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
    const inputs = events.map(sqrlInputsOf)
    const labelsOf = await hosted(sqrlOf(rules))
    return { decide: (event) => labelsOf(nth(inputs, event)) }
  },
}

const nothing = (): undefined => undefined
/** SQRL says on the console of each counter that does not move that it was given no key; saying it costs more than not counting. */
const SILENT = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
}

interface Hosting {
  readonly config?: object
  /** Registers functions beside those for patterns and labels. */
  readonly register?: (instance: unknown) => void
}

/** Compiles a source; what comes back gives the labels of one event's inputs, when all of its counters have moved. */
export async function hosted(
  source: string,
  { config = {}, register }: Hosting = {},
): Promise<(inputs: object) => Promise<readonly string[]>> {
  const { createInstance, compileFromString, createSimpleContext, Manipulator, AT } = quietly(() => peer<Sqrl>('sqrl'))
  const instance = createInstance({ config })
  register?.(instance)
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
  const context = createSimpleContext(SILENT)
  const { executable } = await compileFromString(instance, source, { context })
  class Labels extends Manipulator {
    readonly labels: string[] = []
    readonly callbacks: ((context: unknown) => Promise<void>)[] = []
    getCurrentHumanOutput() {
      return {}
    }
    logError(error: Error) {
      throw error
    }
    trackSqrlKey() {
      // Keys are for SQRL's own console.
    }
    addCallback(callback: (context: unknown) => Promise<void>) {
      this.callbacks.push(callback)
    }
    async mutate() {
      await Promise.all(this.callbacks.map((callback) => callback(context)))
    }
  }
  return async (inputs) => {
    const manipulator = new Labels()
    const execution = await executable.execute(context, { manipulator, inputs })
    await execution.fetchFeature('SqrlExecutionComplete')
    await manipulator.mutate()
    return manipulator.labels
  }
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
