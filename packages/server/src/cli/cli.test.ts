import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyFolder, lamplighter } from './testing/command-line.ts'

let folder: string
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('configuration', () => {
  it('ecosystem 24, platform P-30: a misspelt name ends with 2 and a guess', async () => {
    const { code, err } = await lamplighter(folder, ['config', 'print'], { LAMPLIGHTER_DATABSE: 'embedded' })
    expect(code).toBe(2)
    expect(err).toContain('Did you mean LAMPLIGHTER_DATABASE?')
  })

  it('platform P-30: a role that is none ends with 2; one that cannot be had yet, too', async () => {
    expect((await lamplighter(folder, ['start', '--role', 'web'])).code).toBe(2)
    const { code, err } = await lamplighter(folder, ['start', '--role', 'worker'])
    expect(code).toBe(2)
    expect(err).toContain('LAMPLIGHTER_ROLE')
  })

  it('platform P-30: a secret that others may read is warned of, and never printed', async () => {
    writeFileSync(join(folder, 'secret'), 'hunter2-secret\n')
    chmodSync(join(folder, 'secret'), 0o644)
    const open = await lamplighter(folder, ['config', 'print'], { LAMPLIGHTER_PEER_KEY_FILE: 'secret' })
    expect(open.code).toBe(0)
    expect(open.err).toContain('chmod 600 secret')
    expect(open.out).toMatch(/LAMPLIGHTER_PEER_KEY +\(hidden\) {2}\(secret file\)/)
    expect(open.out).not.toContain('hunter2')
    chmodSync(join(folder, 'secret'), 0o600)
    expect((await lamplighter(folder, ['config', 'print'], { LAMPLIGHTER_PEER_KEY_FILE: 'secret' })).err).toBe('')
  })

  it('flags win over the environment, it over the file, that over defaults', async () => {
    writeFileSync(join(folder, 'lamplighter.env'), '# ours\nLAMPLIGHTER_SHUTDOWN_S=5\nLAMPLIGHTER_LOG="debug"\n')
    const read = async (line: string[], env = {}) => {
      const { out } = await lamplighter(folder, ['config', 'print', '--json', ...line], env)
      return JSON.parse(out) as Record<string, { value: string; origin: string }>
    }
    expect((await read([])).LAMPLIGHTER_SHUTDOWN_S).toEqual({ value: '5', origin: 'file' })
    expect((await read([])).LAMPLIGHTER_LOG).toEqual({ value: 'debug', origin: 'file' })
    const env = { LAMPLIGHTER_SHUTDOWN_S: '6' }
    expect((await read([], env)).LAMPLIGHTER_SHUTDOWN_S).toEqual({ value: '6', origin: 'environment' })
    expect((await read(['--shutdown-s', '7'], env)).LAMPLIGHTER_SHUTDOWN_S).toEqual({ value: '7', origin: 'flag' })
    expect((await read([])).LAMPLIGHTER_URL?.origin).toBe('default')
  })

  it('http: is for loopback only', async () => {
    const { code, err } = await lamplighter(folder, ['config', 'print'], { LAMPLIGHTER_URL: 'http://safety.example' })
    expect(code).toBe(2)
    expect(err).toContain('LAMPLIGHTER_URL')
  })
})

describe('the frame', () => {
  it('helps with an example for each command', async () => {
    const { out } = await lamplighter(folder, ['--help'])
    const names = [...out.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}/gm)].map(([, name = '']) => name)
    expect(names).toContain('key new')
    for (const name of names) {
      const help = await lamplighter(folder, [...name.split(' '), '--help'])
      expect([name, help.code]).toEqual([name, 0])
      expect(help.out).toMatch(/Example:\n {2}.*lamplighter/)
    }
  })

  it('guesses what was meant', async () => {
    expect((await lamplighter(folder, ['doctr'])).err).toContain('Did you mean doctor?')
    expect((await lamplighter(folder, ['key', 'lst'])).err).toContain('Did you mean key list?')
    expect((await lamplighter(folder, ['key', 'list', '--jsn'])).err).toContain('Did you mean --json?')
    expect((await lamplighter(folder, ['doctr'])).code).toBe(2)
  })
})
