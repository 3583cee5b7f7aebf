import { freshId, type House, uploadOf } from '../../../testing/house.ts'

/** Rules that ask these lists of digests, and open a case where one of them hits. */
export const asking = (...lists: readonly (string | { readonly sealed: string })[]): string => {
  const name = (list: (typeof lists)[number]) => (typeof list === 'string' ? list : list.sealed)
  return `ruleset asking version 1 owner "lead@harbour.example"
use schema chat version 1
${lists.map((list) => `list ${name(list)}: hash${typeof list === 'string' ? '' : ' sealed'} from "somebody"`).join('\n')}
rule listed v1 {
  harm csea policy "CSEA-1" severity medium phase gate
  on upload
  when ${lists.map((list) => `media.digests in ${name(list)}`).join(' or ')}
  then queue "reports" within 24h
  on unknown queue "unscreened" within 24h
  because "{media.id} is on a list"
}
`
}

/** An upload of a file with this digest, which the platform made itself. @returns the number of its case */
export async function matchedCase(
  house: House,
  digests: { readonly md5?: string; readonly sha256?: string },
): Promise<number> {
  const id = freshId()
  const { status, text } = await house.screen({ ...uploadOf(id), media: [{ id, type: 'image/png', ...digests }] })
  if (status !== 200) throw new Error(`screening was answered ${status} ${text}`)
  return Number((await house.newestCase()).number)
}
