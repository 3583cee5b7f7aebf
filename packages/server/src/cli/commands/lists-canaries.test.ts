import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pdqOf, picture } from '../../testing/house.ts'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

let folder: string
beforeAll(async () => {
  folder = await initialised()
  writeFileSync(join(folder, 'logo.png'), picture(['boat', 41]))
  writeFileSync(join(folder, 'avatar.png'), picture(['pattern', 42]))
  writeFileSync(join(folder, 'words.txt'), 'no picture')
  await whileServing(folder, async ({ library }) => {
    for (const sealed of [false, true]) {
      const facts = { id: sealed ? 'shut' : 'open', kind: 'pdq', harm: 'malware', sealed, context: false } as const
      await library.import({
        ...{ facts: { ...facts, source: 'a town', staleAfterMs: null }, text: pdqOf(['pattern', 42]) },
        ...{ contentType: 'text/plain', by: 'operator', live: true },
      })
    }
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...words: string[]) => lamplighter(folder, ['lists', 'canaries', ...words])

test('matching 9.4: adds pictures and says what hits them now, lists them by name, and takes them out', async () => {
  // Without a server the command opens the folder itself.
  const added = await run('add', 'logo.png', 'avatar.png')
  expect([added.code, added.err]).toEqual([0, ''])
  expect(added.out.replaceAll(/canary_[0-9a-z]{26}/g, 'ID')).toBe(
    `logo.png is added as ID
avatar.png is added as ID
  hits open, entry 1
  hits the sealed list shut
lists that are not sealed are looked up against them; for sealed lists a person agrees (POST /v1/canaries/{id}/approvals)
`,
  )
  await whileServing(folder, async () => {
    const again = await run('add', 'logo.png')
    expect(again.out).toContain('logo.png is there already as canary_')
    const [id = ''] = /canary_[0-9a-z]{26}/.exec(again.out) ?? []
    expect((await run('list')).out).toContain(`${id}  logo.png  by operator, not for sealed lists yet`)
    expect(await run('remove', id)).toMatchObject({ code: 2, err: expect.stringContaining('--reason') })
    expect((await run('remove', id, '--reason', 'an old logo')).out).toContain('is taken out')
    expect((await run('list')).out).not.toContain('logo.png')
  })
}, 120_000)

test('what cannot be read stops all of them before the first is sent, and what is no picture is refused', async () => {
  await whileServing(folder, async () => {
    const before = (await run('list')).out
    expect(await run('add', 'logo.png', 'nowhere.png')).toMatchObject({ code: 2, out: '' })
    const refused = await run('add', 'words.txt')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('expected a picture') })
    expect((await run('list')).out).toBe(before)
  })
}, 120_000)
