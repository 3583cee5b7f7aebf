import { AppError } from '../../http/errors.ts'
import type { ListsTable } from '../tables.ts'

/** Which lists somebody may ask. */
export interface Reach {
  readonly open: boolean
  readonly sealed: boolean
}

/** Kinds of list that files and hashes are looked up in. */
const MATCHED: ReadonlySet<string> = new Set(['pdq', 'vpdq', 'digest'])

/**
 * The lists that are asked: those that were named, or all that may be and of which a version is live. One that is named and has none yet is not
 * known: nobody may take its silence for "no hit".
 *
 * @throws AppError `invalid` there is no such list, it holds no hashes, or it is retired · `sealed`, `forbidden` it may not be asked
 */
export function listsFor<L extends Pick<ListsTable, 'id' | 'kind' | 'sealed' | 'state'>>(
  all: readonly L[],
  named: readonly string[] | undefined,
  reach: Reach,
  place = '/lists',
): readonly L[] {
  const isOpen = ({ sealed }: L): boolean => (sealed === 1 ? reach.sealed : reach.open)
  if (named === undefined) return all.filter((list) => MATCHED.has(list.kind) && list.state === 'live' && isOpen(list))
  return [...new Set(named)].map((id, at) => {
    const pointer = `${place}/${at}`
    const list = all.find((one) => one.id === id)
    if (list === undefined) throw new AppError('invalid', 'There is no list of this name.', { pointer })
    if (!MATCHED.has(list.kind)) {
      throw new AppError(
        'invalid',
        `This list holds entries of kind "${list.kind}"; expected pictures, videos or digests.`,
        {
          pointer,
        },
      )
    }
    if (list.state === 'retired') throw new AppError('invalid', 'This list is retired; nothing asks it.', { pointer })
    if (isOpen(list)) return list
    throw list.sealed === 1
      ? new AppError('sealed', 'This list is sealed; only a key with the scope match:sealed may ask it.', { pointer })
      : new AppError('forbidden', 'This list needs the scope match.', { pointer })
  })
}
