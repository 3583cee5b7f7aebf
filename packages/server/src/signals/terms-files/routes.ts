import type { TermFileTaken } from '@lamplighter/api'
import type { z } from 'zod'
import { AppError } from '../../http/errors.ts'
import type { Principal } from '../../http/principal.ts'
import { wordsOf } from '../lists/rails.ts'
import type { TermFiles } from './take.ts'

/** A term file with the note beside it, and who sent them. */
export interface SentTermFile {
  readonly list: string
  readonly file: string
  readonly note: string
  readonly live?: boolean | undefined
  readonly who: Principal
}

/** What answers to a term file that was sent. */
export function termFileTaker(services: {
  readonly termFiles: TermFiles
  /** Harms of the live rules' schema; undefined before the first rule set. */
  harms(): ReadonlySet<string> | undefined
}): (sent: SentTermFile) => Promise<z.input<typeof TermFileTaken>> {
  return async ({ list, file, note, live = false, who }) => {
    if (live && who.kind !== 'operator')
      throw new AppError('forbidden', 'Only the operator puts a version live without trial; leave out "live".')
    const taken = await services.termFiles.take({ list, file, note, by: byWords(who), live }, ({ sealed, harm }) => {
      if (sealed && who.kind === 'staff' && !who.roles.includes('child-safety'))
        throw new AppError('forbidden', 'A sealed list is handed in by child-safety; ask a colleague of that role.')
      const known = services.harms()
      if (known === undefined || known.has(harm)) return
      const names = [...known].join(', ')
      throw new AppError('invalid', `There is no harm of the name in the file; expected one of ${names}.`, {
        pointer: '/file',
      })
    })
    const { version, fileVersion, state, entries, added, removed, recorded, signedBy } = taken
    const why = taken.why.map(wordsOf)
    const signed = { by: [...signedBy.keys], day: signedBy.day }
    return { version, fileVersion, state, why, entries, added, removed, recorded, signed }
  }
}

const byWords = (who: Principal): string => (who.kind === 'staff' ? `R-${who.number}` : 'operator')
