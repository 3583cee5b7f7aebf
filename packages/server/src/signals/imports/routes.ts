import { getListImport, handInVersion, Manifest, TermFileBody } from '@lamplighter/api'
import type { z } from 'zod'
import { readBytes, streamOf } from '../../http/body.ts'
import { AppError } from '../../http/errors.ts'
import { faultsOf, refusalOf } from '../../http/input.ts'
import { parseJson, textOf } from '../../http/json.ts'
import { paced } from '../../http/paced.ts'
import { type Call, type Route, route } from '../../http/route.ts'
import type { Storage } from '../../storage/index.ts'
import { byWords, mayCount, versionJson } from '../lists/list-routes.ts'
import { allLists, listVersions, oneList } from '../store.ts'
import type { SentTermFile } from '../terms-files/index.ts'
import { tooLarge } from './arrival.ts'
import { type Imports, MOST_BYTES } from './imports.ts'
import { oneImport } from './store.ts'
import { factsWished, harmsWished } from './wish.ts'

/** 100,000 terms with what is said of them. */
const MOST_TERM_FILE = 64 * 2 ** 20

/** The calls that hand a file in, and ask what came of it. */
export function importRoutes(services: {
  readonly storage: Storage
  readonly imports: Imports
  /** Makes a version of a signed term file. */
  takeTermFile(sent: SentTermFile): Promise<z.input<typeof handInVersion.answer>>
  /** Harms of the live rules' schema; undefined before the first rule set. */
  harms(): ReadonlySet<string> | undefined
}): Route[] {
  const { store } = services.storage

  const handIn = async ({ params, query, raw, who }: Call<typeof handInVersion>): Promise<string> => {
    if (query.live === 'yes' && who.kind !== 'operator')
      throw new AppError('forbidden', 'Only the operator puts a version live without trial; leave out "live".')
    const manifest = query.manifest === undefined ? undefined : manifestIn(query.manifest)
    const row = (await store.read(allLists, undefined)).find(({ id }) => id === params.id)
    const facts = factsWished({ list: params.id, query, manifest }, row)
    checkHarms(facts.harm, harmsWished(facts, row), services.harms())
    if (row !== undefined && row.kind !== facts.kind)
      throw new AppError(
        'conflict',
        `This list holds entries of kind "${row.kind}"; choose another name for another kind.`,
      )
    if (Number(raw.headers.get('content-length') ?? 0) > MOST_BYTES) throw tooLarge(MOST_BYTES)
    return services.imports.take({
      ...{ facts, manifest, sha256: query.sha256 ?? manifest?.sha256, by: byWords(who), live: query.live === 'yes' },
      ...{ type: typeOf(raw), bytes: paced(streamOf(raw)) },
    })
  }

  return [
    route(
      handInVersion,
      async (call) => {
        if (typeOf(call.raw) !== 'application/json') return { body: { import: await handIn(call) } }
        const sent = termFileIn(await readBytes(call.raw, MOST_TERM_FILE))
        return { status: 201, body: await services.takeTermFile({ ...sent, list: call.params.id, who: call.who }) }
      },
      { maxBytes: MOST_BYTES },
    ),
    route(getListImport, async ({ params, who }) => {
      const row = await store.read(oneImport, { id: params.import, list: params.id })
      if (row.state === 'arriving')
        throw new AppError('not_found', 'There is no such import, or it is forgotten by now.')
      const made =
        row.version === null
          ? undefined
          : (await store.read(listVersions, row.list)).find(({ version }) => version === row.version)
      const { phase = null, done = 0, total = 0 } = services.imports.far(row.id) ?? {}
      return {
        body: {
          ...{ id: row.id, state: row.state, at: row.at, endedAt: row.ended_at, rows: row.rows, bad: row.bad },
          ...{ badRows: JSON.parse(row.bad_rows), phase, done, total },
          version:
            made === undefined ? null : versionJson(made, mayCount(who, (await store.read(oneList, row.list)).row)),
          failure: row.failure === null ? null : JSON.parse(row.failure),
        },
      }
    }),
  ]
}

const typeOf = (raw: Request): string =>
  (raw.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

function termFileIn(bytes: Uint8Array): z.output<typeof TermFileBody> {
  const parsed = TermFileBody.safeParse(parseJson(textOf(bytes)))
  if (parsed.success) return parsed.data
  throw refusalOf('body', faultsOf(parsed.error, ''))
}

/** @throws AppError `manifest` */
function manifestIn(text: string): Manifest {
  const parsed = Manifest.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const errors = faultsOf(parsed.error, '/query/manifest')
  throw new AppError('manifest', 'The manifest does not have the right shape (lamplighter-hashes/1).', { errors })
}

/** @throws AppError `invalid` */
function checkHarms(harm: string, harms: readonly string[], known: ReadonlySet<string> | undefined): void {
  for (const [one, pointer] of [
    [harm, '/query/harm'] as const,
    ...harms.map((each) => [each, '/query/harms'] as const),
  ]) {
    if (known === undefined || known.has(one)) continue
    const names = [...known].join(', ')
    throw new AppError('invalid', `There is no harm of this name; expected one of ${names}.`, { pointer })
  }
  if (harms.includes(harm)) return
  throw new AppError('invalid', 'The terms of a list allow at least the harm that it is about.', {
    pointer: '/query/harms',
  })
}
