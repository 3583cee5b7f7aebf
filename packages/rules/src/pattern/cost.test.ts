import { afterAll, describe, expect, test } from 'vitest'
import { cheapest, DEEP } from '../../test/files.ts'
import { attackOf } from '../../test/patterns.ts'
import { Steps } from '../../test/steps.ts'
import { Random } from '../testing/random.ts'
import { automatonOf, MAX_INSTRUCTIONS } from './automaton.ts'
import { checkPattern, compilePattern } from './index.ts'
import { parsePattern } from './parse.ts'

const TEXT = 4096
const ATTACKS = DEEP ? 20_000 : 60
/**
 * Steps of one character for each instruction of the automaton: it is taken up, each of its ways is looked at, and it is left. The bound
 * on a text is this, times its characters, times at most 500 instructions.
 */
const STEPS = 8

const matcher = new Steps(/packages\/rules\/src\/pattern\/matcher/)
afterAll(() => matcher.close())

describe('no accepted pattern is dear, whatever the text (rules 11.6)', () => {
  test('a character costs no more than some steps for each instruction', { timeout: 10_800_000 }, () => {
    const random = new Random(2026)
    let [worst, accepted] = [0, 0]
    const dear: { pattern: string; text: string; steps: number }[] = []
    while (accepted < ATTACKS) {
      const { pattern, texts } = attackOf(random, TEXT)
      if (checkPattern(pattern) !== undefined) continue
      accepted += 1
      const { length } = automatonOf(parsePattern(pattern))
      for (const text of texts) {
        const compiled = compilePattern(pattern)
        const steps = matcher.of(() => compiled.test(text))
        const share = steps / (text.length * length)
        worst = Math.max(worst, share)
        if (share > STEPS)
          throw new Error(`${share} steps for each of ${length} instructions: ${JSON.stringify([pattern, text])}`)
        dear.push({ pattern, text, steps })
      }
      dear.sort((a, b) => b.steps - a.steps)
      dear.length = Math.min(dear.length, 20)
    }
    expect(worst).toBeGreaterThan(0)
    // Some of them do what they were made for: hundreds of steps for each character.
    expect(dear[0]?.steps).toBeGreaterThan(100 * TEXT)
    if (!DEEP) return
    for (const { pattern, text, steps } of dear.slice(0, 5)) {
      const ms = cheapest(5, () => compilePattern(pattern).test(text))
      console.log(`${steps} steps, ${ms.toFixed(2)} ms: ${pattern}`)
      expect(ms).toBeLessThan(10)
    }
    console.log(
      `${accepted} patterns, ${5 * accepted} texts; at most ${worst.toFixed(2)} steps an instruction and character`,
    )
  })

  test('what a split leads to is no more than the automaton is long', () => {
    const random = new Random(7)
    let accepted = 0
    for (let turn = 0; turn < 4000; turn++) {
      const { pattern } = attackOf(random, 1)
      if (checkPattern(pattern) !== undefined) continue
      accepted += 1
      const program = automatonOf(parsePattern(pattern))
      const ways = program.reduce((sum, one) => sum + (one.do === 'split' ? one.to.length : 0), 0)
      expect([pattern, ways <= 2 * program.length]).toEqual([pattern, true])
    }
    expect(accepted).toBeGreaterThan(500)
    const empty = `((${'|'.repeat(200)}a){64}){3}`
    const program = automatonOf(parsePattern(empty))
    expect(program.reduce((sum, one) => sum + (one.do === 'split' ? one.to.length : 0), 0)).toBeLessThan(
      2 * MAX_INSTRUCTIONS,
    )
    expect([compilePattern(`^${empty}$`).test('aa'), compilePattern(`^${empty}$`).test('ab')]).toEqual([true, false])
  })

  test('nothing, repeated as often as one likes, is nothing, and is written out at once', () => {
    for (const empty of [
      '()',
      '(){64}',
      '(){0,64}',
      '()*',
      '(|)',
      `${'('.repeat(30)}${'){64}'.repeat(30)}`,
      `${'('.repeat(30)}${'){0,64}'.repeat(30)}`,
    ]) {
      expect([empty, compilePattern(`^a${empty}b$`).test('ab'), compilePattern(`^a${empty}b$`).test('a b')]).toEqual([
        empty,
        true,
        false,
      ])
    }
  })
})
