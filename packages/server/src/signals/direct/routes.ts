import { FileAddress, hashFile, MatchBody, matchHashes } from '@lamplighter/api'
import type { z } from 'zod'
import { sealedListsAsked } from '../../events.ts'
import type { Measurement } from '../../evidence/decoder/index.ts'
import { readBytes } from '../../http/body.ts'
import { AppError } from '../../http/errors.ts'
import { faultsOf, refusalOf } from '../../http/input.ts'
import { parseJson, textOf } from '../../http/json.ts'
import { may } from '../../http/may.ts'
import type { Principal } from '../../http/principal.ts'
import { type Route, route } from '../../http/route.ts'
import type { Storage } from '../../storage/index.ts'
import type { ListLibrary } from '../library.ts'
import { allLists } from '../store.ts'
import { ask, type Subject } from './ask.ts'
import { type FileServices, Files, MAX_FILE } from './files.ts'
import { listsFor, type Reach } from './lists.ts'
import { SEALED_A_DAY, takeSealedLookups } from './store.ts'
import { answerOf, subjectOfFile, subjectsOf } from './subject.ts'

export interface DirectServices extends FileServices {
  readonly storage: Storage
  readonly library: Pick<ListLibrary, 'book'>
}

const MAX_JSON = 256 * 1024

/** Asking directly: what a file's hashes are, and what lists say of it. Nothing that is asked about is stored. */
export function directRoutes(services: DirectServices): Route[] {
  const files = new Files(services)
  const { store } = services.storage
  return [
    route(
      hashFile,
      async ({ raw, who }) => {
        const facts = isJson(raw)
          ? await files.at(connectionOf(who), (await jsonOf(FileAddress, raw)).url)
          : await files.sent(raw)
        if ('why' in facts) return { body: { readings: [], unknown: [facts], flags: [] } }
        assertSupported(facts)
        return { body: answerOf(facts) }
      },
      { maxBytes: MAX_FILE },
    ),
    route(
      matchHashes,
      async ({ raw, query, who, now, spend, requestId }) => {
        const asked = isJson(raw) ? await jsonOf(MatchBody, raw) : undefined
        // Before a file is read: whoever may not ask is not kept waiting.
        const named = asked === undefined ? query.lists?.split(',') : asked.lists
        const lists = listsFor(await store.read(allLists, undefined), named, reachOf(who, now))
        const facts = asked === undefined ? await files.sent(raw) : undefined
        const subjects = facts === undefined ? subjectsOf(asked?.hashes ?? []) : [subjectOfFile(facts)]
        const lookups = subjects.reduce((sum, one) => sum + lookupsOf(one), 0)
        // The call itself has paid for one.
        spend(lookups - 1)
        const sealed = lists.filter((list) => list.sealed === 1)
        const key = who.kind === 'key' ? who.id : 'operator'
        if (sealed.length > 0) await store.tx(takeSealedLookups, { key, lookups, most: SEALED_A_DAY })
        const results = subjects.map((subject) => ask(services.library.book, lists, subject, now))
        if (sealed.length > 0) {
          const isSealed = new Set(sealed.map(({ id }) => id))
          const hits = results.flatMap((one) => one.hits).filter(({ list }) => isSealed.has(list)).length
          sealedListsAsked({ request: requestId, key, lists: sealed.length, lookups, hits })
        }
        return {
          body: {
            lists: lists.map(({ id, sealed: kept }) => {
              const version = services.library.book.get(id)?.version
              return { id, ...(kept === 0 && version !== undefined && { version }) }
            }),
            results,
            ...(facts !== undefined && { file: answerOf(facts) }),
          },
        }
      },
      { maxBytes: MAX_FILE },
    ),
  ]
}

/** Which lists somebody may ask, by the gate's own table. */
export function reachOf(who: Principal, now: number): Reach {
  const can = (act: 'match.open' | 'match.sealed') => may(who, act, {}, undefined, now).ok
  return { open: can('match.open'), sealed: can('match.sealed') }
}

/** Each value that is searched for is a lookup; a file's turned and mirrored forms are part of its reading. */
export const lookupsOf = ({ readings, digests }: Subject): number => readings.length + digests.size

/** What is never rendered has no reading to give: whoever sent it sent the wrong file (matching.md §11.2). */
function assertSupported({ readings, unknown, type }: Measurement): void {
  if (readings.length > 0 || !unknown.some(({ part, why }) => part === 'pixels' && why === 'unsupported')) return
  throw new AppError(
    'unsupported_type',
    `The file begins like ${type.seen}; expected a picture or a video. Its digests are looked up by POST /v1/match all the same.`,
  )
}

const isJson = (request: Request): boolean =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() === 'application/json'

async function jsonOf<S extends z.ZodType>(shape: S, request: Request): Promise<z.output<S>> {
  const parsed = shape.safeParse(parseJson(textOf(await readBytes(request, MAX_JSON, 'screen'))))
  if (parsed.success) return parsed.data
  throw refusalOf('body', faultsOf(parsed.error, ''))
}

function connectionOf(who: Principal): string {
  if (who.kind === 'key') return who.connection
  throw new AppError('forbidden', 'This call needs an API key of a connection.')
}
