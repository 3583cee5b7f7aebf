import type { Messages } from '../../../messages/index.ts'
import type { ListVersion } from './Waiting.tsx'

/** Why a version waits or waited, in the reader's language. */
export function reasonsIn(t: Messages, { reasons }: Pick<ListVersion, 'reasons'>): string {
  const words = t.lists.reasons
  const said = reasons.map((reason) => {
    if ('what' in reason) return words.changed(reason.what.map((what) => words.changes[what]))
    if ('share' in reason) return words[reason.code](t.fine(reason.share), t.fine(reason.limit))
    return words[reason.code]
  })
  return said.length === 0 ? '–' : said.join('; ')
}
