import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { euFile, ukFile, unFile } from '../../signals/terms-files/testing/law.ts'
import { lamplighter } from '../testing/command-line.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'll-'))
  mkdirSync(join(folder, 'law'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const law = (name: string, text: string) => writeFileSync(join(folder, 'law', name), text)
const build = (...more: string[]) =>
  lamplighter(folder, ['lists', 'build', 'organisations', '--from', 'law', '--out', 'orgs.json', ...more])

test('a list of organisations is made once somebody has looked at what changes', async () => {
  expect(await build()).toMatchObject({ code: 2, err: expect.stringContaining('no file that ends in .xml') })
  law(
    'un.xml',
    unFile([
      { reference: 'QDe.901', name: 'LANTERN BRIGADE' },
      { reference: 'KPe.1', name: 'SHIPYARD', regime: 'DPRK' },
    ]),
  )
  law('uk.xml', ukFile(['Wick Front (WF)']))
  const looked = await build()
  expect(looked.code).toBe(3)
  expect(looked.out).toContain('new       Wick Front\nnew       LANTERN BRIGADE\n')
  expect(looked.out).toContain('left out, of other regimes: DPRK 1')
  expect(existsSync(join(folder, 'orgs.json'))).toBe(false)

  expect(await build('--accept', 'Robin Vale')).toMatchObject({ code: 0, err: '' })
  const made = JSON.parse(readFileSync(join(folder, 'orgs.json'), 'utf8'))
  expect(made).toMatchObject({ use: 'context', version: 1, accepted: 'Robin Vale', id: 'proscribed_orgs' })
  expect(await lamplighter(folder, ['lists', 'check', 'orgs.json'])).toMatchObject({ code: 0 })

  const before = readFileSync(join(folder, 'orgs.json'))
  expect(await build()).toMatchObject({ code: 0, out: expect.stringContaining('Nothing changed') })
  law('uk.xml', ukFile(['Tallow League'], '2026-12-01'))
  law('eu.xml', euFile([{ reference: 'EU.9.1', un: 'QDe.901', names: [{ text: 'Laternenbrigade', lang: 'DE' }] }]))
  const second = await build('--json')
  expect(JSON.parse(second.out)).toMatchObject({
    ...{ written: false, version: 2 },
    changes: { added: ['Tallow League'], delisted: ['Wick Front'], changed: ['LANTERN BRIGADE'] },
  })
  expect(readFileSync(join(folder, 'orgs.json'))).toEqual(before)
})

test('text L-4: a source that has changed its format stops the build, and the file before stays', async () => {
  const before = existsSync(join(folder, 'orgs.json')) && readFileSync(join(folder, 'orgs.json'))
  law('un.xml', unFile([{ reference: 'QDe.901', name: 'LANTERN BRIGADE', extra: '<RISK_SCORE>9</RISK_SCORE>' }]))
  const { code, err } = await build('--accept', 'Robin Vale')
  expect([code, err]).toEqual([1, expect.stringMatching(/un\.xml: line \d+: <RISK_SCORE> in <ENTITY> is unknown/)])
  expect(existsSync(join(folder, 'orgs.json')) && readFileSync(join(folder, 'orgs.json'))).toEqual(before)
})
