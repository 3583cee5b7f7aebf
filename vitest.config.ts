import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Of the rest Vitest knows in a fresh clone only how long their text is. One of these that begins last is waited for by itself.
const LONG = [
  'crash/kill-postgres.test.ts',
  'crash/kill-sqlite.test.ts',
  'crash/power.test.ts',
  'crash/bodies.test.ts',
  'crash/uploads.test.ts',
  'whole/two-processes.test.ts',
  'whole/exchange-gauntlet.test.ts',
  'replay/backfill.test.ts',
  'replay/retro.test.ts',
  'signals/pictures/pictures.test.ts',
  'cli/commands/start.test.ts',
  'console/e2e/pdq-kernels.test.ts',
]

// Of the files with browsers those that only compute in one: no page is waited for, no port is shared. They run beside all others.
const BESIDE = ['index-in-browser', 'pdq-kernels', 'rules-hash'].map((name) => `packages/console/e2e/${name}.test.ts`)

/** Those that take minutes first, in the order in which they are named. */
class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((end) => moduleId.endsWith(`/${end}`))
      return place < 0 ? LONG.length : place
    }
    return (await super.sort(files)).sort((one, other) => placeOf(one) - placeOf(other))
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // V8 loses track of protected code pages when threads come and go, and ends the process (nodejs/node#64500).
    execArgv: ['--no-memory-protection-keys'],
    // As many as there are cores. With one more, a second's wait for a database or a gate's 200 ms was now and then over for no fault of the code.
    maxWorkers: Math.max(2, Math.min(availableParallelism(), 4)),
    sequence: { sequencer: LongOnesFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'code',
          include: [
            'packages/*/{src,verifier,test}/**/*.test.ts',
            'conformance/**/*.test.ts',
            'bench/**/*.test.ts',
            '*.test.ts',
          ],
          exclude: ['**/node_modules/**'],
          globalSetup: ['packages/server/src/storage/testing/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'beside',
          include: BESIDE,
          globalSetup: ['packages/console/e2e/support/built.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['packages/console/e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...BESIDE],
          globalSetup: ['packages/console/e2e/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
          // One browser at a time, after everything else: what a person waits for is measured here.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
