import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Context, openContext } from '../../packages/server/src/context.ts'
import { loadConfig } from '../../packages/server/src/http/config.ts'
import { median, quantile } from '../lib/machine.ts'
import { demand, type Row, type Scale } from '../lib/row.ts'

const LIST = 'bench_list'
const ADDED = 40

/** M-13 through the whole library: a store on disk that holds a long list, one entry added to it as people add them, and found. */
export async function entryAdded(scale: Scale): Promise<Row[]> {
  const rows = scale.smoke ? 20_000 : 1_000_000
  const folder = mkdtempSync(join(tmpdir(), 'lamplighter-bench-'))
  const context = await openContext({
    config: loadConfig({ env: {}, flags: { data: folder, log: 'silent' }, folder }).config,
    patient: true,
    consoleFolder: folder,
  })
  try {
    await fill(context, rows)
    const times: { readonly call: number; readonly match: number }[] = []
    for (let n = 0; n < ADDED; n += 1) times.push(await addOne(context))
    return [
      row(
        { part: 'match', rows, measure: 'found after its commit', mostMs: 10 },
        times.map(({ match }) => match),
      ),
      row(
        { part: 'call', rows, measure: 'the whole call', mostMs: 50 },
        times.map(({ call }) => call),
      ),
    ]
  } finally {
    await context.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fill({ library }: Context, rows: number): Promise<void> {
  const facts = { id: LIST, kind: 'pdq', harm: 'csea', sealed: true, context: false, source: 'bench' } as const
  await library.import({
    ...{ facts: { ...facts, staleAfterMs: null }, by: 'operator', live: true, counts: { rows, bad: 0 } },
    changes: (function* () {
      for (let n = 0; n < rows; n += 1_000)
        yield Array.from({ length: 1_000 }, () => ({
          op: 'put' as const,
          kind: 'pdq' as const,
          entry: { value: hash() },
        }))
    })(),
  })
}

const hash = (): string => randomBytes(32).toString('hex')

async function addOne({ library, storage }: Context): Promise<{ readonly call: number; readonly match: number }> {
  const { store } = storage
  const tx = store.tx.bind(store)
  let committed = Number.NaN
  store.tx = async (...given: Parameters<typeof tx>) => {
    const done = await tx(...given)
    if (given[0].name === 'signals.publish-versions') committed = performance.now()
    return done as never
  }
  const value = hash()
  const began = performance.now()
  await library.change({
    ...{ list: LIST, by: 'operator', full: false, rows: 1, bad: 0, entry: { second: null } },
    changes: [[{ op: 'put', kind: 'pdq', entry: { value } }]],
  })
  const ended = performance.now()
  Reflect.deleteProperty(store, 'tx')
  const found = library.book.bind([], Date.now(), new Set()).get(LIST)?.find('near', value)
  demand(found !== undefined && found !== null, 'an entry that was added is not found')
  return { call: ended - began, match: ended - committed }
}

function row(
  of: { readonly part: string; readonly rows: number; readonly measure: string; readonly mostMs: number },
  times: readonly number[],
): Row {
  const { part, rows, measure, mostMs } = of
  return {
    id: `M-13 ${part}`,
    measure: `an entry added to a list of ${rows.toLocaleString('en')} on disk: ${measure}`,
    needed: `< ${mostMs} ms`,
    found: `${median(times).toFixed(1)} ms, 95 % within ${quantile(times, 0.95).toFixed(1)} ms`,
    met: median(times) < mostMs,
  }
}
