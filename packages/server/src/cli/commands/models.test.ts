import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { teachDemo } from '../../demo/learner.ts'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

it('shows what a model was made of and how it did, or that there is none', async () => {
  const folder = await initialised()
  await whileServing(folder, async ({ models }) => {
    const none = await lamplighter(folder, ['models'])
    expect([none.code, none.out]).toEqual([0, 'there is no model: rules that ask a learner are undecided\n'])
    await teachDemo(models, 'operator')
    const { code, out } = await lamplighter(folder, ['models'])
    expect(code).toBe(0)
    expect(out).toMatch(/^learner_threat {2}live {2}mdl_/)
    expect(out).toContain('made of   trained on made-up sentences of the demo')
    expect(out).toMatch(/at 0\.92: found \d+ of \d+, \d+ false alarms of \d+\n/)
  })
  rmSync(folder, { recursive: true, force: true })
}, 60_000)
