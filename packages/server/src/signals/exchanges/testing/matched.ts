import { freshId, type House, uploadOf } from '../../../testing/house.ts'

export interface Asked {
  readonly list: string
  readonly sealed?: boolean
  readonly lane?: string
}

/** Rules that ask these lists of digests, and open a case where one of them hits: in the lane of the first that does. */
export const asking = (lists: readonly Asked[]): string => `ruleset asking version 1 owner "lead@harbour.example"
use schema chat version 1
${lists.map(({ list, sealed }) => `list ${list}: hash${sealed === true ? ' sealed' : ''} from "somebody"`).join('\n')}
${lists.map(ruleOf).join('\n')}
`

const ruleOf = ({ list, lane = 'reports' }: Asked): string => `rule found_in_${list} v1 {
  harm csea policy "CSEA-1" severity medium phase gate
  on upload
  when media.digests in ${list}
  then queue "${lane}" within 24h
  on unknown queue "unscreened" within 24h
  because "{media.id} is on a list"
}`

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
