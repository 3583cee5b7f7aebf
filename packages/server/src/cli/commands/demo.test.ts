import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await initialised()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('demo say sends nothing to a server that is not the demo, and says so; without any server it names the demo', async () => {
  const alone = await lamplighter(folder, ['demo', 'say', 'hello'])
  expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('Start it with: npm start')])
  await whileServing(folder, async () => {
    const refused = await lamplighter(folder, ['demo', 'say', 'hello'])
    expect([refused.code, refused.out]).toEqual([2, ''])
    expect(refused.err).toContain('is not the demo, so nothing was sent')
  })
}, 120_000)
