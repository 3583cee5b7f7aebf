import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { engines } from './testing/engines.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const runner = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

interface Case {
  readonly name: string
  readonly file: string
}

/** The cases of storage as the runner itself collects them: what is skipped is not among them. */
function storageCases(): Case[] {
  const folder = mkdtempSync(join(tmpdir(), 'lamplighter-names-'))
  try {
    const list = join(folder, 'list.json')
    const args = ['list', 'packages/server/src/storage/', '--no-static-parse', `--json=${list}`]
    execFileSync(process.execPath, [runner, ...args], { cwd: root })
    return JSON.parse(readFileSync(list, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe.runIf(engines.length === 2)('platform P-02: the contract suite', () => {
  let cases: readonly Case[]
  beforeAll(() => {
    cases = storageCases()
  })
  const below = (folder: string) => cases.filter(({ file }) => file.includes(`/storage/${folder}/`))
  /** Names without their engine; a name that says none is in no list. */
  const on = (engine: string) =>
    below('contract')
      .filter(({ name }) => name.split(' > ', 1)[0]?.endsWith(` ${engine}`))
      .map(({ name }) => name.replace(` ${engine}`, ''))

  test('has the same cases on both engines: none is for one alone, none is skipped on one', () => {
    expect(on('sqlite').length).toBeGreaterThan(45)
    expect(on('sqlite')).toEqual(on('postgres'))
    expect(on('sqlite').length + on('postgres').length).toBe(below('contract').length)
  })

  test('proves every line of platform.md §6; each engine fails in its own ways (K-05)', () => {
    const has = (names: readonly string[], number: string) => names.some((name) => name.includes(number))
    const numbers = Array.from({ length: 13 }, (_, n) => `K-${String(n + 1).padStart(2, '0')}`)
    expect(numbers.filter((number) => !has(on('postgres'), number))).toEqual(['K-05'])
    for (const engine of ['sqlite', 'postgres']) {
      const own = below(engine).map(({ name }) => name)
      expect([engine, has(own, 'K-05')]).toEqual([engine, true])
    }
  })
})
