import { describe, test } from 'vitest'
import { engines, postgres } from '../storage/testing/engines.ts'
import { KILLED_UNDER_LOAD, KILLED_WITHIN_MS, killedUnderLoad } from './testing/killing.ts'

describe.skipIf(!engines.includes(postgres))(`a server on ${postgres.name}, killed`, () => {
  test(KILLED_UNDER_LOAD, () => killedUnderLoad(postgres), KILLED_WITHIN_MS)
})
