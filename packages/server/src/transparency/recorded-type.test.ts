import type { RecordedJson } from '@lamplighter/api'
import { expectTypeOf, test } from 'vitest'
import type { Recorded } from './index.ts'

test('ledger 2: what asks for a record gets it from record() alone', () => {
  const made: RecordedJson = { record: 'rec_1', commitment: 'AAAA', promise: null }
  // @ts-expect-error nobody else can make one, even with the right fields
  const forged: Recorded = made
  // @ts-expect-error nor by writing it out
  const written: Recorded = { record: 'rec_1', commitment: 'AAAA', promise: null }
  expectTypeOf(forged).toExtend<RecordedJson>()
  expectTypeOf(written).toExtend<RecordedJson>()
  expectTypeOf<RecordedJson>().not.toExtend<Recorded>()
})
