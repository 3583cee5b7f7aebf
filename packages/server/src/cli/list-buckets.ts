import type { AnswerOf, getIndexBuckets } from '@lamplighter/api'

type Buckets = AnswerOf<typeof getIndexBuckets>

/** How many buckets hold how many rows, in columns. */
export function bucketLines({ rows, segments, sizes, largest, uniform }: Buckets): string[] {
  if (segments === 0) return [`${count(rows)} hashes, too few for tables: every lookup looks at each of them`]
  const lines = sizes.map(({ from, to, buckets, rows: held }) => {
    const size = from === to ? count(from) : `${count(from)}–${count(to)}`
    return `${size.padStart(21)}  ${count(buckets).padStart(11)}  ${percent(held)}`
  })
  return [
    `${count(rows)} hashes in ${segments} ${segments === 1 ? 'segment' : 'segments'} with tables; largest bucket ${count(largest)}, evenly filled ones would hold ${uniform.toFixed(1)}`,
    `${'rows in a bucket'.padStart(21)}  ${'buckets'.padStart(11)}  of all places`,
    ...lines,
  ]
}

const count = (value: number): string => value.toLocaleString('en')
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
