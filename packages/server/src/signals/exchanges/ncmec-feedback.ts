import type { OthersOpinion } from '../lists/changes.ts'
import { opinionsFrom } from './opinions.ts'
import { childOf, type XmlElement } from './xml.ts'

/** What members say of a fingerprint, by the element that says it. */
const SAYS: ReadonlyMap<string, OthersOpinion['says']> = new Map([
  ['affirmativeFeedback', 'affirm'],
  ['negativeFeedback', 'deny'],
])

/**
 * What other members say of the fingerprints of an entry: `feedback` holds one element for each kind of fingerprint and opinion, and within it, or within
 * its `reasons`, the members of that opinion. What cannot be read says nothing; the entry is good all the same.
 *
 * @param own our number among the members; undefined where nobody has said it, and then nothing can be read
 * @returns the opinions of one fingerprint, by the name of its element
 */
export function feedbackIn(
  entry: XmlElement,
  own: string | undefined,
): ((fingerprint: string) => readonly OthersOpinion[]) | undefined {
  if (own === undefined) return undefined
  const said = (childOf(entry, 'feedback')?.children ?? []).flatMap((one) => {
    const says = SAYS.get(one.name)
    return says === undefined ? [] : [{ says, kind: one.attributes.type?.toLowerCase() ?? '', members: membersIn(one) }]
  })
  return (fingerprint) =>
    opinionsFrom(
      said
        .filter(({ kind }) => kind === fingerprint.toLowerCase())
        .flatMap(({ says, members }) =>
          members.filter((id) => id !== own).map((id) => ({ who: `member ${id}`, says })),
        ),
    )
}

function membersIn(element: XmlElement): readonly string[] {
  const inside = element.children.filter(({ name }) => name === 'members' || name === 'reasons' || name === 'reason')
  const own = element.name === 'members' ? element.children.filter(({ name }) => name === 'member') : []
  const ids = own.map(({ attributes }) => attributes.id ?? '').filter((id) => /^\d{1,12}$/.test(id))
  return [...new Set([...ids, ...inside.flatMap(membersIn)])]
}
