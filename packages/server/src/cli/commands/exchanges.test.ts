import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHttpFake } from '../../signals/exchanges/testing/http-fake.ts'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

let folder: string
beforeAll(async () => {
  folder = await initialised()
  writeFileSync(join(folder, 'files.txt'), `${'ab'.repeat(16)}\n`)
  writeFileSync(join(folder, 'npo.json'), JSON.stringify({ set: 'npo' }))
  writeFileSync(join(folder, 'secret.json'), JSON.stringify({ username: 'harbour', password: 'correct horse battery' }))
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]) => lamplighter(folder, args)
const set = (...more: string[]) =>
  run('exchanges', 'set', 'ncmec_npo', '--source', 'ncmec', '--settings', 'npo.json', '--digest', 'files', ...more)

test('set, approve, list: what signs in comes from a file, and is shown nowhere', async () => {
  expect(await run('exchanges', 'list')).toMatchObject({ code: 0, out: 'no exchanges yet\n' })
  await run('lists', 'import', 'files.txt', '--list', 'files', '--kind', 'digest', '--harm', 'csea', '--live')
  const done = await set('--credentials', 'secret.json', '--every', '6h')
  expect(done).toMatchObject({ code: 0, out: expect.stringContaining('lamplighter exchanges approve ncmec_npo') })
  expect(done.err).toContain('chmod 600 secret.json')
  expect((await run('exchanges', 'approve', 'ncmec_npo')).code).toBe(0)
  const { out, code } = await run('exchanges', 'list', '--json')
  const [one] = JSON.parse(out).items
  expect([code, one.state, one.approvedBy, one.everyMs, one.pulledAt]).toEqual([0, 'on', 'operator', 21_600_000, null])
  expect(out + done.out + done.err).not.toContain('horse')
  const again = await run(
    'exchanges',
    'set',
    'other',
    '--source',
    'ncmec',
    '--settings',
    'npo.json',
    '--digest',
    'new_files',
    '--credentials',
    'secret.json',
  )
  expect(again.out).toContain(
    'new_files was not there: it is declared sealed, without sharing, export and use on devices',
  )
  const shown = (await run('exchanges', 'list')).out.split('\n')
  expect(shown.filter((line) => line.includes('last whole pull'))).toEqual([
    expect.stringMatching(/; approved by operator until 20/),
    expect.stringMatching(/; not approved$/),
  ])
}, 120_000)

test('lists pull with a server that runs: the pull is waited for, and what stopped one is said', async () => {
  const fake = await startHttpFake()
  try {
    for (const n of [1, 2, 3, 4]) fake.change({ upsert: { value: `${n}`.repeat(64) } })
    writeFileSync(join(folder, 'pages.json'), JSON.stringify({ url: fake.pagesUrl, form: 'pages', kind: 'digest' }))
    writeFileSync(join(folder, 'token.json'), JSON.stringify({ token: fake.token }))
    await run('lists', 'import', 'files.txt', '--list', 'pulled', '--kind', 'digest', '--harm', 'spam', '--live')
    await run(
      'exchanges',
      'set',
      'http_pages',
      '--source',
      'http',
      '--settings',
      'pages.json',
      '--digest',
      'pulled',
      '--credentials',
      'token.json',
    )
    await run('exchanges', 'approve', 'http_pages')
    const env = { LAMPLIGHTER_ALLOW_NETS: 'exchange:http_pages=127.0.0.0/8' }
    await whileServing(
      folder,
      async (context) => {
        const pulled = await run('lists', 'pull', 'http_pages')
        expect(pulled).toMatchObject({
          code: 0,
          out: expect.stringContaining('http_pages: 4 rows, 0 of them cannot be read'),
        })
        const [one] = await context.exchanges
          .all()
          .then((all) => all.filter(({ exchange }) => exchange.id === 'http_pages'))
        expect(one?.pull).toMatchObject({ state: 'done', rows: 4 })
        fake.trap(() => ({ status: 403, body: 'no entry' }))
        const stopped = await run('lists', 'pull', 'http_pages')
        expect(stopped).toMatchObject({
          code: 1,
          out: expect.stringContaining('http_pages: STOPPED, status 403: no entry'),
        })
      },
      { working: true, env },
    )
  } finally {
    await fake.close()
  }
}, 120_000)

test('wrong use says what to do and changes nothing', async () => {
  const wrong = [
    [await run('exchanges', 'set', 'x', '--source', 'ncmec'), 'exchanges set needs --settings'],
    [await set('--every', 'often'), '--every: expected a time such as 30m, 6h or 1d, found "often"'],
    [await set('--credentials', 'nowhere.json'), '--credentials: nowhere.json cannot be read'],
    [await run('exchanges', 'approve', 'nobody'), 'there is no exchange "nobody"'],
    [await run('exchanges', 'share', 'x', '--entry', '1'), 'exchanges share needs --list'],
    [await run('exchanges', 'share', 'x', '--list', 'files', '--entry', 'one'), 'exchanges share needs --entry'],
    [await run('lists', 'pull'), 'no server runs here, and a pull is its work'],
  ] as const
  for (const [{ code, err }, words] of wrong) expect([code, err]).toEqual([2, expect.stringContaining(words)])
}, 120_000)
