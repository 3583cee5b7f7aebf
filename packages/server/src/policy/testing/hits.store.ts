import { defineWork, type Tx } from '../../storage/index.ts'
import { noteHits } from '../hits.store.ts'

/** Notes in one moment that these rules fired on so many events. */
export const noteMany = defineWork(
  'test.note-many-hits',
  async (tx: Tx, { from, events, rules }: { from: number; events: number; rules: readonly string[] }) => {
    for (let n = from; n < from + events; n += 1) await noteHits(tx, { key: `chat|message|many-${n}`, rules })
  },
)
