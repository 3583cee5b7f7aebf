import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initialised, lamplighter } from '../testing/command-line.ts'

let folder: string
beforeAll(async () => {
  folder = await initialised()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const inHalfAYear = new Date(Date.now() + 180 * 86_400_000).toISOString().slice(0, 10)
const ask = (...more: string[]) => lamplighter(folder, ['switches', 'ask', 'uk.private_scan', ...more])

describe('switches', { timeout: 120_000 }, () => {
  it('are listed, off as they come', async () => {
    const { code, out } = await lamplighter(folder, ['switches', 'list'])
    expect([code, out.split('\n').slice(0, 3)]).toEqual([
      0,
      ['eu.private_scan    off', 'uk.private_scan    off', 'us.private_scan    off'],
    ])
  })

  it('are asked for, and stay as they are until a person agrees; what was asked is taken back', async () => {
    const asked = await ask('on', '--law', 'Act, s. 1', '--review', inHalfAYear, '--reason', 'the board decided')
    expect([asked.code, asked.err]).toEqual([0, ''])
    const id = /sw_[0-9a-z]{26}/.exec(asked.out)?.[0] ?? ''
    const { out } = await lamplighter(folder, ['switches', 'list'])
    expect(out).toContain('uk.private_scan    off\n')
    expect(out).toContain(`operator asks for on (${id}): the board decided; another person has to agree`)
    expect((await lamplighter(folder, ['switches', 'withdraw', id, '--reason', 'too early'])).code).toBe(0)
    expect((await lamplighter(folder, ['switches', 'list'])).out).not.toContain(id)
  })

  it('that do not exist are answered with those that do', async () => {
    const { code, err } = await lamplighter(folder, ['switches', 'ask', 'uk.scan', 'on', '--reason', 'x'])
    expect([code, err]).toEqual([
      2,
      'there is no switch "uk.scan"; there are eu.private_scan, uk.private_scan, us.private_scan\n',
    ])
  })

  it.each<[string, string[], string]>([
    ['no law', ['on', '--review', inHalfAYear, '--reason', 'x'], 'law: expected the provision that permits it'],
    ['no day', ['on', '--law', 'x', '--review', 'soon', '--reason', 'x'], '--review: expected a day'],
    ['no word', ['maybe', '--reason', 'x'], 'expected on or off'],
    ['no reason', ['off'], 'needs --reason'],
  ])('asked for with %s say what to do, and nothing is noted', async (_, line, words) => {
    const refused = await ask(...line)
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain(words)
    expect((await lamplighter(folder, ['switches', 'list'])).out).not.toContain('asks for')
  })
})
