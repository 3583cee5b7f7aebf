import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CounterStore, check, compile, MemoryCounters, readSchema } from '../../../packages/rules/src/index.ts'
import { counterNames, keptCounters } from '../../../packages/server/src/counters/index.ts'
import { openStore } from '../../../packages/server/src/storage/index.ts'
import { openKeyring } from '../../../packages/server/src/storage/keyring/index.ts'
import { COUNTERS, TEN_COUNTERS } from '../counters.ts'
import type { Engine } from '../engine.ts'
import { laterOf } from '../later.ts'
import { countingSchema, wickCountedEventOf, wickCountersOf } from '../print/counting.ts'

const DOWN = { get: () => undefined }
const HOUR_MS = 3_600_000

/** Wick with counters in memory. */
export const wickCounting: Engine = engineWith(inMemory)

/** Wick as a large platform writes it: rules that ask the event, and ten counters beside them, in memory. */
export const wickLarge: Engine = engineWith(inMemory, TEN_COUNTERS)

/** Wick as a small platform runs it: each move is on disk, under keyed hashes, before its reading is told. */
export const wickDurable: Engine = engineWith(async (now) => {
  const folder = mkdtempSync(join(tmpdir(), 'll-bench-'))
  const tables = new URL('../../../packages/server/src/counters/store.ts', import.meta.url)
  const storage = await openStore({ kind: 'sqlite', folder, now }, [tables])
  const keyring = await openKeyring(join(folder, 'keys'), { now })
  return keptCounters({ storage, names: counterNames(keyring), now, since: null })
})

async function inMemory(): Promise<CounterStore> {
  return new MemoryCounters({ since: Number.NEGATIVE_INFINITY })
}

/** @param storeOf makes the store, whose clock shows the time of the event that is judged */
function engineWith(storeOf: (now: () => number) => Promise<CounterStore>, counters = COUNTERS): Engine {
  return {
    async load(rules, events) {
      const { schema } = readSchema({ name: 'neutral.schema.wick', text: countingSchema })
      if (schema === undefined) throw new Error('the neutral schema does not check')
      const { ruleset, diagnostics } = check({ name: 'counting.wick', text: wickCountersOf(counters, rules) }, schema)
      if (ruleset === undefined) throw new Error(`the counting rules do not check: ${JSON.stringify(diagnostics[0])}`)
      const program = compile(ruleset)
      let at = 0
      let hour = 0
      const store = await storeOf(() => at)
      const own = laterOf(events)
      const key = createSecretKey(randomBytes(32))
      const seal = (value: string): string => createHmac('sha256', key).update(value).digest('hex')
      return {
        goesOn: true,
        async decide(event) {
          const judged = own(event)
          at = judged.at
          // What the server does each hour, beside the events.
          if (Math.floor(at / HOUR_MS) > hour) {
            hour = Math.floor(at / HOUR_MS)
            void store.sweep(at)
          }
          const plan = program.plan(wickCountedEventOf(judged), {}, DOWN)
          const readings = await store.apply('live', plan.ops)
          const { results, explain } = program.judge(plan, readings, 'gate')
          if (results.length > 0) explain(seal)
          return results.filter(({ outcome }) => outcome === 'fired').map(({ rule }) => rule.replace('over_', ''))
        },
      }
    },
  }
}
