import { setImmediate } from 'node:timers/promises'
import type { MatchResult } from '@lamplighter/api'
import { sealedListsAsked } from '../../events.ts'
import { may } from '../../http/may.ts'
import type { Principal } from '../../http/principal.ts'
import type { Storage } from '../../storage/index.ts'
import { isStale } from '../book.ts'
import type { ListLibrary } from '../library.ts'
import { allLists } from '../store.ts'
import type { ListsTable } from '../tables.ts'
import { askEach, type Subject, together } from './ask.ts'
import { type FileServices, Files } from './files.ts'
import { listsFor, type Reach } from './lists.ts'
import { SEALED_A_DAY, takeSealedLookups } from './store.ts'

/** Subjects that are looked up before others have their turn. */
const BREATH = 64

export interface DeskServices extends FileServices {
  readonly storage: Storage
  readonly library: Pick<ListLibrary, 'book'>
}

/** Who asks, and when. */
export interface Asker {
  readonly who: Principal
  readonly now: number
  readonly requestId: string
}

/** Where files and hashes are asked about directly, whatever the shape of the call. */
export interface MatchDesk {
  readonly files: Files
  readonly book: ListLibrary['book']
  /** Whether the list is older than it promises: then it cannot say "no hit". */
  isStale(list: ListsTable, now: number): boolean
  /** Lists of pictures and digests that somebody may ask: those named, or all. Throws as `listsFor`. */
  lists(asker: Asker, named?: readonly string[]): Promise<readonly ListsTable[]>
  /**
   * One answer for each subject and list. Where a list is sealed, the lookups are taken from what the asker has for the day, and told in the log.
   *
   * @throws AppError `rate_limited`
   */
  ask(asker: Asker, lists: readonly ListsTable[], subjects: readonly Subject[]): Promise<readonly SubjectAnswers[]>
}

export interface SubjectAnswers {
  /** Of all lists together. */
  readonly all: MatchResult
  /** Of each list alone. */
  of(list: string): MatchResult
}

export function makeDesk(services: DeskServices): MatchDesk {
  const { store } = services.storage
  const { book } = services.library
  return {
    files: new Files(services),
    book,
    isStale: (list, now) => isStale({ updatedAt: list.updated_at, staleAfterMs: list.stale_after_ms }, now),
    async lists({ who, now }, named) {
      return listsFor(await store.read(allLists, undefined), named, reachOf(who, now))
    },
    async ask({ who, now, requestId }, lists, subjects) {
      const sealed = new Set(lists.flatMap((list) => (list.sealed === 1 ? [list.id] : [])))
      const key = who.kind === 'key' ? who.id : 'operator'
      const lookups = lookupsIn(subjects)
      if (sealed.size > 0) await store.tx(takeSealedLookups, { key, lookups, most: SEALED_A_DAY })
      const searched = await book.searched(subjects.flatMap(({ readings }) => readings))
      const answers: SubjectAnswers[] = []
      for (const [at, subject] of subjects.entries()) {
        // A thousand lookups in one go would keep everybody else waiting.
        if (at % BREATH === BREATH - 1) await setImmediate()
        const each = askEach(searched, lists, subject, now)
        answers.push({ all: together([...each.values()]), of: (id) => together([each.get(id) ?? []].flat()) })
      }
      if (sealed.size > 0) {
        const hits = answers.flatMap(({ all }) => all.hits).filter(({ list }) => sealed.has(list)).length
        sealedListsAsked({ request: requestId, key, lists: sealed.size, lookups, hits })
      }
      return answers
    },
  }
}

/** Each value that is searched for is a lookup; a file's turned and mirrored forms are part of its reading. */
export const lookupsIn = (subjects: readonly Subject[]): number =>
  subjects.reduce((sum, { readings, digests }) => sum + readings.length + digests.size, 0)

/** By the gate's own table. */
function reachOf(who: Principal, now: number): Reach {
  const can = (act: 'match.open' | 'match.sealed') => may(who, act, {}, undefined, now).ok
  return { open: can('match.open'), sealed: can('match.sealed') }
}
