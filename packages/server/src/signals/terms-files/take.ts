import { parseVerifierKey } from '@lamplighter/ledger'
import { AppError } from '../../http/errors.ts'
import type { Storage } from '../../storage/index.ts'
import type { Imported, ListLibrary } from '../library.ts'
import type { ParsedEntry } from '../lists/parse.ts'
import type { TermEntry } from '../lists/term-entry.ts'
import { checkNote, type SignedBy } from './note.ts'
import { readTermFile, type TermFile } from './read.ts'
import { beginFile, giveUpFile, keepFile } from './store.ts'

/** A term file as it was sent, with the note that vouches for it. */
export interface SentFile {
  readonly list: string
  readonly file: string
  readonly note: string
  readonly by: string
  /** At once, without trial: the operator's way. */
  readonly live: boolean
}

/** A term file that became a version of its list. */
export interface Taken extends Omit<Imported, 'bad'> {
  readonly fileVersion: number
  readonly signedBy: SignedBy
}

/** Takes signed term files into lists (text.md §4). */
export interface TermFiles {
  /**
   * Checks a file and its note, and makes a version of the list of it. What is refused changes nothing: the running version goes on.
   *
   * @param permit throws where the caller may not do this with such a file
   * @throws AppError `bad_terms` · `signature` · `version_old` · `conflict` · `invalid`
   */
  take(sent: SentFile, permit: (file: TermFile['text']) => void): Promise<Taken>
}

export function makeTermFiles(parts: {
  readonly storage: Storage
  readonly library: ListLibrary
  /** Verifier keys of those who may sign. */
  readonly keys: readonly string[]
  /** How the live rules declare a list; undefined where they do not name it. */
  declaredAs(list: string): { readonly sealed: boolean; readonly context: boolean } | undefined
  /** Hears of every file that is refused: somebody may be trying. */
  onRefused(code: string): void
}): TermFiles {
  const { library } = parts
  const { store } = parts.storage
  const keys = parts.keys.map(parseVerifierKey)

  const take: TermFiles['take'] = async (sent, permit) => {
    const file = readTermFile(new TextEncoder().encode(sent.file))
    const { text, entries, sha256 } = file
    if (text.id !== sent.list) {
      throw new AppError('invalid', 'The file is about another list than the address names; send it to its own.', {
        pointer: '/file',
      })
    }
    permit(text)
    const signedBy = await checkNote(sent.note, file, keys)
    checkUse(text, { running: library.book.get(text.id), declared: parts.declaredAs(text.id) })
    const named = { list: text.id, fileVersion: text.version, sha256 }
    await store.tx(beginFile, { ...named, note: sent.note, by: sent.by })
    const facts = {
      ...{ id: text.id, kind: 'text' as const, harm: text.harm, sealed: text.sealed, context: text.use === 'context' },
      // Who vouches for the file keeps the list: a change of that is tried first, a newer file of theirs is not.
      ...{ source: `signed by ${[...signedBy.keys].sort().join(', ')}`, staleAfterMs: null },
    }
    const made = library.import({ facts, entries: entries.map(asRow), by: sent.by, live: sent.live })
    const { bad: _, ...imported } = await made.catch(async (fault: unknown) => {
      await store.tx(giveUpFile, named)
      throw fault
    })
    await store.tx(keepFile, { ...named, listVersion: imported.version })
    return { ...imported, fileVersion: text.version, signedBy }
  }

  // One after another: the same file twice at once is then a newer and an older one.
  let turn: Promise<unknown> = Promise.resolve()
  return {
    async take(sent, permit) {
      const taken = turn.then(() => take(sent, permit))
      turn = taken.catch(() => undefined)
      try {
        return await taken
      } catch (fault) {
        if (fault instanceof AppError && REFUSALS.has(fault.code)) parts.onRefused(fault.code)
        throw fault
      }
    },
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['bad_terms', 'signature', 'version_old'])

/** The term's own id finds it in the next file. */
const asRow = (entry: TermEntry): ParsedEntry => ({ ...entry, sourceId: entry.term.id })

/**
 * A list that proves nothing alone stays so, and rules that name it have to say so: else one of them could act on it alone (text.md §1.4).
 *
 * @throws AppError `conflict`
 */
function checkUse(
  { use, sealed }: TermFile['text'],
  now: {
    readonly running: { readonly context: boolean } | undefined
    readonly declared: { readonly sealed: boolean; readonly context: boolean } | undefined
  },
): void {
  if (now.running?.context === true && use === 'evidence') {
    throw new AppError(
      'conflict',
      'This list is context, and the file says evidence; nothing was changed. Make a list of another name.',
    )
  }
  if (now.declared === undefined) return
  const missing = [
    ...(use === 'context' && !now.declared.context ? ['context'] : []),
    ...(sealed && !now.declared.sealed ? ['sealed'] : []),
  ]
  if (missing.length === 0) return
  throw new AppError(
    'conflict',
    `The live rules declare this list without "${missing.join('" and "')}"; nothing was changed. Declare it so in the rules first.`,
  )
}
