import { afterAll, expect, test } from 'vitest'
import { Checker } from '../test/checker.ts'
import { DEEP } from '../test/files.ts'

const FILES = DEEP ? 1_000_000 : 4000
/** Files of one seed: what fails is found again by its seed and number. */
const CHUNK = 1000
/** Steps that any file of a few thousand characters may cost for each of them. Found: below half of it. */
const STEPS = 4000

const checkers = Array.from({ length: DEEP ? 2 : 1 }, () => new Checker())
afterAll(() => Promise.all(checkers.map((checker) => checker.close())))

test(`${FILES} mutated rule files neither crash nor hang the checker (rules 11.7)`, {
  timeout: 10_800_000,
}, async () => {
  let accepted = 0
  let seed = 0
  const work = async (checker: Checker): Promise<void> => {
    while (seed < FILES / CHUNK) {
      seed += 1
      const mine = seed
      const more = await survivors(checker, mine)
      accepted += more
      if (DEEP && mine % 20 === 0) console.log(`${mine * CHUNK} files, ${accepted} of them accepted`)
    }
  }
  await Promise.all(checkers.map(work))
  // The mutations are of both kinds: most files are refused, and many mean something still.
  expect(accepted / FILES).toBeGreaterThan(0.05)
  expect(accepted / FILES).toBeLessThan(0.6)
})

async function survivors(checker: Checker, seed: number): Promise<number> {
  const answer = await checker.ask({ ask: 'mutated', seed, count: CHUNK, counted: false }, 600_000)
  if ('failed' in answer) throw new Error(`seed ${seed}: ${answer.failed}\nof the file ${JSON.stringify(answer.text)}`)
  const { perCharacter, steps, text } = answer.dearest
  if (perCharacter > STEPS)
    throw new Error(
      `seed ${seed}: ${steps} steps for ${text.length} characters: ${JSON.stringify(text.slice(0, 2000))}`,
    )
  return answer.accepted
}

test('what a mutated file costs grows with its length, in steps that no machine makes faster', {
  timeout: 120_000,
}, async () => {
  const [checker = new Checker()] = checkers
  const answer = await checker.ask({ ask: 'mutated', seed: 7, count: 40, counted: true }, 100_000)
  if ('failed' in answer) throw new Error(answer.failed)
  expect(answer.dearest.steps).toBeGreaterThan(1000)
  expect(answer.dearest.perCharacter).toBeLessThan(STEPS)
})
