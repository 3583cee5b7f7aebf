import { describe, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { KILLED_UNDER_LOAD, KILLED_WITHIN_MS, killedUnderLoad } from './testing/killing.ts'

describe(`a server on ${sqlite.name}, killed`, () => {
  test(KILLED_UNDER_LOAD, () => killedUnderLoad(sqlite), KILLED_WITHIN_MS)
})
