import type { Event, Lists, Measured, Program } from '@lamplighter/rules'
import { type Compared, SegmentRun, warmupOf } from './backtest.ts'
import type { Difference } from './difference.ts'
import { linesOf, Pen, type Trace, unloggedIn } from './pen.ts'
import { type BacktestResult, resultOf } from './result.ts'

/** Events whose facts are read at once. */
const AT_ONCE = 500
const NO_LISTS: Lists = { get: () => undefined }

/**
 * A backtest over events at hand, in the order of their arrival, without a server and without lists. They take the way of the replay log, so
 * that both backtests mean the same; ids stand as they are, since they do not leave.
 *
 * @param events with `received_at`; measured from `from` on, milliseconds since 1970
 */
export async function backtestOf(
  compared: Compared,
  events: Iterable<Event> | AsyncIterable<Event>,
  how: { readonly from: number; measure(program: Program, event: Event): Promise<Measured> },
): Promise<{ readonly result: BacktestResult; readonly differences: readonly Difference[] }> {
  const run = new SegmentRun(compared, { from: how.from, to: Number.POSITIVE_INFINITY })
  let waiting: Event[] = []
  const pass = async (): Promise<void> => {
    const some = waiting
    waiting = []
    if (some.length > 0) run.take(await chunkOf(compared, some, how.measure))
  }
  for await (const event of events) if (waiting.push(event) === AT_ONCE) await pass()
  await pass()
  const { part, differences } = run.end()
  const { ms, cold } = warmupOf(compared)
  const versions = new Map(compared.mine.program.ruleset.rules.map(({ name, version }) => [name, version]))
  return { result: resultOf([part], { warmupMs: ms, cold, versions }), differences }
}

async function chunkOf(
  { mine, theirs }: Compared,
  events: readonly Event[],
  measure: (program: Program, event: Event) => Promise<Measured>,
) {
  const pen = new Pen('file', (_thing, id) => id)
  const traces: Trace[] = []
  for (const event of events) {
    const versions = await Promise.all(
      [mine.program, theirs.program].map(async (program) => {
        const measured = await measure(program, event)
        return { program, measured, plan: program.plan(event, measured, NO_LISTS) }
      }),
    )
    const receivedAt = receivedAtOf(event)
    const trace = pen.trace({
      ...{ event, schema: mine.schema, receivedAt, versions },
      lists: () => ({}),
      said: null,
      unsure: false,
      origin: null,
    })
    if (trace !== null) traces.push(trace)
  }
  const last = events.at(-1)
  return {
    head: { ...pen.tray.head, unlogged: unloggedIn(traces) },
    lines: linesOf(traces),
    until: last === undefined ? 0 : receivedAtOf(last),
  }
}

const receivedAtOf = ({ received_at, occurred_at }: Event): number => Date.parse(received_at ?? occurred_at)
