import { FileAddress, hashFile, MatchBody, matchHashes } from '@lamplighter/api'
import type { z } from 'zod'
import type { Measurement } from '../../evidence/decoder/index.ts'
import { readBytes } from '../../http/body.ts'
import { AppError } from '../../http/errors.ts'
import { faultsOf, refusalOf } from '../../http/input.ts'
import { parseJson, textOf } from '../../http/json.ts'
import type { Principal } from '../../http/principal.ts'
import { type Route, route } from '../../http/route.ts'
import { lookupsIn, type MatchDesk } from './desk.ts'
import { answerOf, subjectOfFile, subjectsOf } from './subject.ts'

const MAX_JSON = 256 * 1024

/** Asking directly: what a file's hashes are, and what lists say of it. Nothing that is asked about is stored. */
export function directRoutes(desk: MatchDesk): Route[] {
  const { files, book } = desk
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
      { maxBytes: files.mostBytes },
    ),
    route(
      matchHashes,
      async (call) => {
        const { raw, query, spend } = call
        const asked = isJson(raw) ? await jsonOf(MatchBody, raw) : undefined
        // Before a file is read: whoever may not ask is not kept waiting.
        const lists = await desk.lists(call, asked === undefined ? query.lists?.split(',') : asked.lists)
        const facts = asked === undefined ? await files.sent(raw) : undefined
        const subjects = facts === undefined ? subjectsOf(asked?.hashes ?? []) : [subjectOfFile(facts)]
        // The call itself has paid for one.
        spend(lookupsIn(subjects) - 1)
        const answers = await desk.ask(call, lists, subjects)
        return {
          body: {
            lists: lists.map(({ id, sealed }) => {
              const version = book.get(id)?.version
              return { id, ...(sealed === 0 && version !== undefined && { version }) }
            }),
            results: answers.map(({ all }) => all),
            ...(facts !== undefined && { file: answerOf(facts) }),
          },
        }
      },
      { maxBytes: files.mostBytes },
    ),
  ]
}

/** What is never rendered has no reading to give: whoever sent it sent the wrong file (matching.md §11.2). */
function assertSupported({ readings, unknown, type }: Measurement): void {
  if (readings.length > 0 || !unknown.some(({ part, why }) => part === 'pixels' && why === 'unsupported')) return
  throw new AppError(
    'unsupported_type',
    `The file begins like ${type.seen}; expected a picture or a video. POST /v1/match looks up its digests all the same.`,
  )
}

const isJson = (request: Request): boolean =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() === 'application/json'

async function jsonOf<S extends z.ZodType>(shape: S, request: Request): Promise<z.output<S>> {
  const parsed = shape.safeParse(parseJson(textOf(await readBytes(request, MAX_JSON, 'screen'))))
  if (parsed.success) return parsed.data
  throw refusalOf('body', faultsOf(parsed.error, ''))
}

/** Whose hosts a file may be fetched from. @throws AppError `forbidden` */
export function connectionOf(who: Principal): string {
  if (who.kind === 'key') return who.connection
  throw new AppError('forbidden', 'This call needs an API key of a connection.')
}
