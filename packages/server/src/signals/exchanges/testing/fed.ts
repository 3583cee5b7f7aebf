import type { Ending, JobContext } from '../../../jobs/index.ts'
import type { Claimed } from '../../../storage/index.ts'
import type { House } from '../../../testing/house.ts'
import { operatorDoer } from '../../../testing/server.ts'
import type { ListFacts } from '../../lists/declaration.ts'
import type { ParsedEntry } from '../../lists/parse.ts'
import { openedEntries } from '../../lists/testing/opened.ts'
import type { ExchangeBody } from '../service.ts'
import type { FedLists } from '../tables.ts'
import { NCMEC_SIGN_IN, type NcmecFake } from './ncmec-fake.ts'

/** Anything may grow and shrink: what is tested is not the rails. */
const WIDE = { max_growth: 1_000, max_shrink: 1, max_bad_rows: 1 }
/** What stands in a list before its first pull, so that it runs and need not be tried first; a whole pull does not name it. */
export const SEED: Readonly<Record<'pdq' | 'digest', string>> = { pdq: '96'.repeat(32), digest: '96'.repeat(16) }

/** Lists that run, and an approved exchange that feeds them. */
export async function feed(
  { context }: House,
  exchange: string,
  body: Pick<ExchangeBody, 'source' | 'settings' | 'credentials'>,
  more: { readonly lists?: FedLists; readonly facts?: Partial<ListFacts> } = {},
): Promise<void> {
  const lists = more.lists ?? { pdq: `${exchange}_pictures`, digest: `${exchange}_files` }
  for (const [kind, id] of Object.entries(lists) as [keyof FedLists, string][]) {
    const facts = { id, kind, harm: 'csea', sealed: false, context: false, source: exchange, staleAfterMs: null }
    await context.library.import({
      ...{ facts: { ...facts, rails: WIDE, ...more.facts }, text: `value\n${SEED[kind]}\n`, contentType: 'text/csv' },
      ...{ by: 'operator', live: true },
    })
  }
  const { revision } = await context.exchanges.set(
    exchange,
    { ...body, lists, everyMs: 3_600_000, on: true },
    operatorDoer,
  )
  await context.exchanges.approve(exchange, revision, operatorDoer)
}

export const ncmecAt = ({ root }: NcmecFake) => ({
  source: 'ncmec',
  settings: { set: 'npo', root },
  credentials: NCMEC_SIGN_IN,
})

/** Begins a pull and takes it to wherever it ends. */
export async function pull(house: House, exchange: string, signal = new AbortController().signal): Promise<Ending> {
  const { pull: id } = await house.context.exchanges.pull(exchange, 'operator')
  return goOn(house, id, signal)
}

/** Goes on with a pull, as the job does after a wait or a crash. */
export async function goOn({ context }: House, id: string, signal = new AbortController().signal): Promise<Ending> {
  const job: Claimed = {
    ...{ id: `job_${id}`, queue: 'exchanges.pull', token: 't', attempts: 1, order: undefined, leaseUntil: 0 },
    payload: { id },
  }
  const jobContext: JobContext = { signal, claimed: () => job }
  return context.exchanges.handler(job, jobContext)
}

/** Entries of the version of a list that runs, by value. */
export async function entriesOf(house: House, list: string): Promise<ReadonlyMap<string, ParsedEntry>> {
  const version = Number((await house.rows('lists')).find(({ id }) => id === list)?.version)
  const rows = (await house.rows('list_entries')).filter(
    (row) => row.list === list && Number(row.since) <= version && (row.gone === null || Number(row.gone) > version),
  )
  const entries = await openedEntries(house.context.keyring, rows)
  // One value from two contents is two entries: whoever counts must see both.
  return new Map(entries.map((entry) => [`${entry.sourceId ?? ''} ${entry.value}`.trim(), entry]))
}

/** What is said of the entries of the version of a list that runs, by value, and how each stands. */
export async function opinionsOf(
  house: House,
  list: string,
): Promise<Readonly<Record<string, { readonly state: string; readonly said: readonly string[] }>>> {
  const version = Number((await house.rows('lists')).find(({ id }) => id === list)?.version)
  const rows = (await house.rows('list_entries')).filter(
    (row) => row.list === list && Number(row.since) <= version && (row.gone === null || Number(row.gone) > version),
  )
  const entries = await openedEntries(house.context.keyring, rows)
  const [standing, opinions] = [await house.rows('entry_standing'), await house.rows('entry_opinions')]
  const isOf = (row: Record<string, unknown>, n: unknown) => row.list === list && Number(row.n) === Number(n)
  return Object.fromEntries(
    rows.map(({ n }, place) => [
      entries[place]?.value ?? '',
      {
        state: String(standing.find((row) => isOf(row, n))?.state ?? 'active'),
        said: opinions
          .filter((row) => isOf(row, n))
          .map(({ mine, who, says }) => `${Number(mine) === 1 ? 'here' : who} ${says}`)
          .toSorted(),
      },
    ]),
  )
}

export async function exchangeRow(house: House, exchange: string): Promise<Record<string, unknown>> {
  return (await house.rows('exchanges')).find(({ id }) => id === exchange) ?? {}
}
/** The pull of an exchange that was begun last. */
export async function newestPull(house: House, exchange: string): Promise<Record<string, unknown>> {
  const own = (await house.rows('pulls')).filter((row) => row.exchange === exchange)
  return own.toSorted((a, b) => Number(a.started_at) - Number(b.started_at)).at(-1) ?? {}
}
