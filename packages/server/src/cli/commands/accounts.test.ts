import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await initialised()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const erase = (...more: string[]) =>
  lamplighter(folder, ['accounts', 'erase', 'kestrel', '--ground', 'request', '--reason', 'asked by mail', ...more])

it('says what goes and what stays, asks, and waits for the end while a server runs', async () => {
  await whileServing(
    folder,
    async () => {
      const unasked = await erase()
      expect([unasked.code, unasked.err]).toEqual([
        2,
        '"Erase this account? Nothing brings it back." needs a yes: add --yes, or run this on a terminal\n',
      ])
      expect(unasked.out).toMatch(/^Goes: 0 cases /)
      expect(unasked.out).toContain('\nStays: 32 bytes for each act in the log')
      const done = await erase('--yes')
      expect([done.err, done.code]).toEqual(['', 0])
      expect(done.out).toMatch(/request, by operator \(asked by mail\) {2}done: 0 cases, 0 verdicts/)
      expect(done.out).not.toContain('kestrel')
      const listed = await lamplighter(folder, ['accounts', 'erasures'])
      expect(listed.out.split('\n').length).toBe(2)
      expect(listed.out).toContain('done: 0 cases')
      expect(listed.out).not.toContain('kestrel')
    },
    { working: true },
  )
})

it('says that it waits for a server, and what is missing or wrong', async () => {
  const asked = await erase('--yes')
  expect([asked.err, asked.code]).toEqual(['', 3])
  expect(asked.out).toContain('It begins when the server runs: lamplighter start.')
  const none = await lamplighter(folder, ['accounts', 'erase', 'kestrel', '--reason', 'x', '--yes'])
  expect([none.code, none.err]).toEqual([2, '--ground: expected request or court\n'])
  const named = await lamplighter(folder, [
    ...['accounts', 'erase', 'kestrel', '--ground', 'court'],
    ...['--reason', 'kestrel asked', '--yes', '--json'],
  ])
  expect([named.code, named.err]).toEqual([
    1,
    'invalid: reason: expected words without the id of the account; the reason stays.\n',
  ])
})
