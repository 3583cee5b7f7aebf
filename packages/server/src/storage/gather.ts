import { assertWritable, type NewRecord } from './chunk.ts'

const APPEND_RECORDS = 2_000

/** Appends of one turn of the event loop, and those that arrive while one is being written, go together: fewer rows and fewer commits. */
export function gather(
  write: (records: readonly NewRecord[]) => Promise<void>,
): (records: readonly NewRecord[]) => Promise<void> {
  type Waiting = { records: readonly NewRecord[]; done: () => void; failed: (error: unknown) => void }
  let waiting: Waiting[] = []
  let busy = false
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = takeGroup(waiting)
      waiting = waiting.slice(group.length)
      try {
        await write(group.flatMap((one) => one.records))
        for (const one of group) one.done()
      } catch (error) {
        for (const one of group) one.failed(error)
      }
    }
    busy = false
  }
  return async (records) => {
    // Before it meets the records of others: one that cannot be written must not take them along.
    assertWritable(records)
    return new Promise((done, failed) => {
      waiting.push({ records, done, failed })
      if (busy) return
      busy = true
      setImmediate(() => void drain())
    })
  }
}

function takeGroup<T extends { records: readonly NewRecord[] }>(waiting: readonly T[]): T[] {
  let records = 0
  const end = waiting.findIndex((one, i) => {
    records += one.records.length
    return i > 0 && records > APPEND_RECORDS
  })
  return waiting.slice(0, end === -1 ? waiting.length : end)
}
