import { OutgoingError } from '../../../http/outgoing.ts'
import { type Ask, ExchangeError, type Json, type Page, type Source } from '../source.ts'
import { applyChanges, type Pulled } from './pulling.ts'

/** What is here of an exchange: entries as `sourceId kind value`, and where the next pull begins. */
export interface Copy {
  readonly entries: Pulled['entries']
  readonly cursor: Json | undefined
}

export const nothingYet: Copy = { entries: new Map(), cursor: undefined }

export interface KilledPull {
  /** Opens the source anew, as a process does after a kill. */
  readonly open: () => Source
  readonly ask: Ask
  readonly copy: Copy
  readonly now: number
  /** Asked pages (from 0) after which the process is killed before it kept anything of them. */
  readonly kills: ReadonlySet<number>
}

/** More pages than this are asked for by a source that goes round in circles only. */
const MOST_ASKED = 400

/**
 * A pull as the engine makes it (matching.md §10.1), killed now and then. Places and cursors pass through JSON, as they do through a database; pages
 * are applied at the end only, all in one.
 */
export async function pullKilled(pull: KilledPull): Promise<Copy & { readonly pages: readonly Page[] }> {
  let source = pull.open()
  let { cursor } = pull.copy
  let asked = 0
  for (;;) {
    const start = kept(source.begin(cursor, pull.now))
    const pages: Page[] = []
    for (let at = start.at; ; ) {
      if (asked > MOST_ASKED) throw new Error('the pull does not end')
      const page = await pageOf(source, at, pull.ask)
      const isKilled = pull.kills.has(asked)
      asked += 1
      if (isKilled) {
        source = pull.open()
        continue
      }
      if (page === 'wait') continue
      if (page === 'window_over' || page === 'cursor_lost') {
        if (page === 'cursor_lost') cursor = undefined
        break
      }
      pages.push(page)
      const next = kept(page.next)
      if ('at' in next) {
        at = next.at
        continue
      }
      const entries = new Map(start.full ? [] : pull.copy.entries)
      const changes = pages.flatMap((one) => one.changes)
      applyChanges(
        entries,
        changes.toSorted((a, b) => (a.stamp ?? 0) - (b.stamp ?? 0)),
      )
      return { entries, cursor: next.cursor, pages }
    }
  }
}

async function pageOf(source: Source, at: Json, ask: Ask): Promise<Page | 'wait' | 'window_over' | 'cursor_lost'> {
  try {
    return await source.page(at, ask)
  } catch (error) {
    if (error instanceof OutgoingError) return 'wait'
    if (error instanceof ExchangeError && ['wait', 'window_over', 'cursor_lost'].includes(error.code)) {
      return error.code as 'wait' | 'window_over' | 'cursor_lost'
    }
    throw error
  }
}

const kept = <T>(value: T): T => JSON.parse(JSON.stringify(value))
