import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError, describeConfig, envFileOf, loadConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'll-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const load = (env: Readonly<Record<string, string>>) => loadConfig({ env, folder })

function faultsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    load(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
    throw error
  }
  return []
}

describe('LAMPLIGHTER_DECODERS', () => {
  const shown = (env: Readonly<Record<string, string>>) =>
    describeConfig(load(env)).find(({ name }) => name === 'LAMPLIGHTER_DECODERS')

  test('is left to the machine where nobody sets it', () => {
    expect(load({}).config.decoders).toBeUndefined()
    expect(shown({})).toMatchObject({ origin: 'default' })
  })

  test.each([
    ['1', 1],
    ['2', 2],
    ['64', 64],
  ])('takes %s', (given, decoders) => {
    expect(load({ LAMPLIGHTER_DECODERS: given }).config.decoders).toBe(decoders)
    expect(shown({ LAMPLIGHTER_DECODERS: given })).toMatchObject({ value: given, origin: 'environment' })
  })

  test.each(['0', '65', '-1', '1.5', 'two', ''])('refuses %j, and names itself', (given) => {
    expect(faultsOf({ LAMPLIGHTER_DECODERS: given })).toEqual([expect.stringMatching(/^LAMPLIGHTER_DECODERS: /)])
  })

  test('is read from lamplighter.env, and the environment says more', () => {
    const file = envFileOf(folder)
    writeFileSync(file, 'LAMPLIGHTER_DECODERS=3\n')
    try {
      expect(shown({})).toMatchObject({ value: '3', origin: 'file' })
      expect(load({ LAMPLIGHTER_DECODERS: '5' }).config.decoders).toBe(5)
    } finally {
      rmSync(file)
    }
  })

  test('misspelt it stops the start, with the name that was meant', () => {
    expect(faultsOf({ LAMPLIGHTER_DECODER: '3' })).toEqual([
      'LAMPLIGHTER_DECODER is no setting of Lamplighter. Did you mean LAMPLIGHTER_DECODERS?',
    ])
  })
})
