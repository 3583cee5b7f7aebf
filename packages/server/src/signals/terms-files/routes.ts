import { importTermFile } from '@lamplighter/api'
import { AppError } from '../../http/errors.ts'
import type { Principal } from '../../http/principal.ts'
import { type Route, route } from '../../http/route.ts'
import { wordsOf } from '../lists/rails.ts'
import type { TermFiles } from './take.ts'

/** 100,000 terms with what is said of them. */
const MAX_FILE = 64 * 2 ** 20

/** The call that takes a signed term file. */
export function termFileRoutes(services: {
  readonly termFiles: TermFiles
  /** Harms of the live rules' schema; undefined before the first rule set. */
  harms(): ReadonlySet<string> | undefined
}): Route[] {
  return [
    route(
      importTermFile,
      async ({ params, body, who }) => {
        const live = body.live === true
        if (live && who.kind !== 'operator')
          throw new AppError('forbidden', 'Only the operator puts a version live without trial; leave out "live".')
        const sent = { list: params.id, file: body.file, note: body.note, by: byWords(who), live }
        const taken = await services.termFiles.take(sent, ({ sealed, harm }) => {
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
        return { status: 201, body: { version, fileVersion, state, why, entries, added, removed, recorded, signed } }
      },
      { maxBytes: MAX_FILE },
    ),
  ]
}

const byWords = (who: Principal): string => (who.kind === 'staff' ? `R-${who.number}` : 'operator')
