import {
  type AnswerOf,
  finishBacktestUpload,
  finishRetroUpload,
  type getBacktest,
  handBacktestEvents,
  handRetroEvents,
} from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import type { Storage } from '../storage/index.ts'
import { BACKTEST, finishUpload, goneAt, kindOf, RETRO } from './store.ts'
import type { UploadsTable } from './upload-tables.ts'
import type { Uploads } from './uploads.ts'

export interface UploadRouteServices {
  readonly storage: Storage
  readonly uploads: Uploads
}

const MAX_CHUNK = 8 * 2 ** 20

/** The calls by which a platform hands its archive in (rules.md §8.2). */
export function uploadRoutes({ storage, uploads }: UploadRouteServices): Route[] {
  const { store } = storage
  const kinds = [
    [BACKTEST, handBacktestEvents, finishBacktestUpload],
    [RETRO, handRetroEvents, finishRetroUpload],
  ] as const
  return kinds.flatMap(([kind, hand, finish]) => {
    const own = (id: string): string => {
      if (kindOf(id) !== kind) throw new AppError('not_found', `There is no such ${kind.word}.`)
      return id
    }
    return [
      route(
        hand,
        async ({ params, query, raw, now }) => {
          const body = await uploads.take(raw, { run: own(params.id), after: query.after, now })
          return { status: 202, body }
        },
        { maxBytes: MAX_CHUNK },
      ),
      route(finish, async (call) => {
        const wish = { run: own(call.params.id), events: call.body.events }
        return { body: await store.tx(finishUpload, wish, onceOf(call)) }
      }),
    ]
  })
}

/** What a run says of the archive that it waits for or reads. */
export const uploadJson = (upload: UploadsTable | undefined): AnswerOf<typeof getBacktest>['upload'] =>
  upload === undefined ? null : { taken: upload.taken, until: goneAt(upload) }
