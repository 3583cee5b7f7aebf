import type { ListMeasures } from '@lamplighter/api'
import { useMessages } from '../../../messages/index.ts'
import { Chip } from '../../../ui/Chip.tsx'

/** What about a list a person should look at. Nothing where nothing is. */
export function Doubts({ list }: { list: Pick<ListMeasures, 'hot' | 'exceptions' | 'worth' | 'sourceWorth'> }) {
  const words = useMessages().lists.measures
  return (
    <>
      {list.hot > 0 && <Chip look="strong">{words.hot(list.hot)}</Chip>}
      {(list.worth.doubtful || list.sourceWorth.doubtful) && <Chip look="strong">{words.doubtful}</Chip>}
      {list.exceptions.many && <Chip look="strong">{words.many}</Chip>}
    </>
  )
}
