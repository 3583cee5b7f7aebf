import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { audit, parsePolicy, parseVerifierKey } from '@lamplighter/ledger'
import { LIMITS } from '@lamplighter/ledger/verifier'
import { beforeEach, describe, expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { parseLogPath } from './log-path.ts'
import { runtimeChecks } from './signing.ts'
import { decisionOn, someAct } from './testing/acts.ts'
import { freshLedger } from './testing/ledger.ts'
import { Served } from './testing/served.ts'

describe('the public log', () => {
  const fresh = freshLedger(sqlite)
  let outside: Served

  beforeEach(async () => {
    outside = new Served(fresh.it.ledger)
  })

  test('before the first signature there is no checkpoint', async () => {
    expect((await outside.get('/log/actions/checkpoint')).status).toBe(404)
  })

  test('ledger 36: files have their types and times to be cached, for every site', async () => {
    await fresh.it.act(...Array.from({ length: 300 }, (_, i) => decisionOn(`u${i}`)))
    await fresh.it.close()
    const cases: [path: string, type: string, cache: string][] = [
      ['checkpoint', 'text/plain; charset=utf-8', 'public, max-age=5'],
      ['tile/0/000', 'application/octet-stream', 'public, max-age=31536000, immutable'],
      ['tile/1/000.p/2', 'application/octet-stream', 'public, max-age=31536000, immutable'],
      ['tile/entries/001', 'application/octet-stream', 'public, max-age=31536000, immutable'],
      ['open/000', 'application/json', 'public, max-age=31536000, immutable'],
    ]
    for (const [path, type, cache] of cases) {
      const answer = await outside.get(`/log/actions/${path}`)
      expect([path, answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
        path,
        200,
        type,
        cache,
      ])
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
  })

  test('ledger 36: bundles are zipped if asked', async () => {
    await fresh.it.close()
    const plain = await outside.get('/log/actions/tile/entries/000.p/16')
    const zipped = await outside.get('/log/actions/tile/entries/000.p/16', { 'accept-encoding': 'br, gzip' })
    const refused = await outside.get('/log/actions/tile/entries/000.p/16', { 'accept-encoding': 'gzip;q=0' })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(refused.headers.get('content-encoding')).toBeNull()
    expect(gunzipSync(await zipped.arrayBuffer())).toEqual(Buffer.from(await plain.arrayBuffer()))
    expect(plain.headers.get('vary')).toBe('accept-encoding')
  })

  test('ledger 36: a partial tile is served after its full one exists, and nothing beyond the head', async () => {
    await fresh.it.close()
    const partial = await (await outside.get('/log/actions/tile/0/000.p/16')).arrayBuffer()
    await fresh.it.act(...Array.from({ length: 255 }, (_, i) => decisionOn(`u${i}`)))
    await fresh.it.close()
    const full = await (await outside.get('/log/actions/tile/0/000')).arrayBuffer()
    const cut = await (await outside.get('/log/actions/tile/0/000.p/48')).arrayBuffer()
    expect(await (await outside.get('/log/actions/tile/0/000.p/16')).arrayBuffer()).toEqual(partial)
    expect(cut).toEqual(full.slice(0, 48 * 32))
    for (const path of [
      'tile/0/001',
      'tile/0/001.p/17',
      'tile/1/000',
      'tile/entries/001',
      'open/001',
      'tile/0/x001/000',
    ]) {
      expect([path, (await outside.get(`/log/actions/${path}`)).status]).toEqual([path, 404])
    }
  })

  test('ledger 36: a number has one spelling', () => {
    expect(parseLogPath('tile/0/x001/x234/067')).toEqual({ kind: 'tile', level: 0, n: 1_234_067, width: 256 })
    expect(parseLogPath('tile/entries/067.p/8')).toEqual({ kind: 'bundle', n: 67, width: 8 })
    expect(parseLogPath('open/001.p/255')).toEqual({ kind: 'open', n: 1, width: 255 })
    for (const wrong of [
      'tile/00/001',
      'tile/0/x000/067',
      'tile/0/67',
      'tile/0/001.p/0',
      'tile/0/001.p/256',
      'tile/64/001',
      'tile/0/001/x002',
    ]) {
      expect([wrong, parseLogPath(wrong)]).toEqual([wrong, undefined])
    }
  })

  test('the sealed log has no address', async () => {
    await fresh.it.close('sealed')
    for (const path of [
      'sealed/checkpoint',
      'sealed/tile/0/000.p/16',
      'sealed/tile/entries/000.p/16',
      'sealed/open/000',
    ]) {
      expect((await outside.get(`/log/${path}`)).status).toBe(404)
    }
    const told = await (await outside.get('/log/keys.json')).text()
    expect(told).not.toContain('sealed')
  })

  test('policy and keys can be used as they are', async () => {
    await fresh.it.close()
    const policy = parsePolicy(new Uint8Array(await (await outside.get('/log/policy')).arrayBuffer()))
    const { keys } = (await (await outside.get('/.well-known/lamplighter/keys.json')).json()) as {
      keys: { use: string; vkey: string; entry: number | null }[]
    }
    expect(policy.quorum).toBe('none')
    expect(policy.logs.map(({ url }) => url)).toEqual(['https://safety.example/log/actions'])
    expect(keys.map(({ use }) => use)).toEqual(['log', 'promise'])
    expect(keys.map(({ vkey }) => parseVerifierKey(vkey).name)).toEqual([
      'safety.example/log/actions',
      'safety.example/log/actions/promise',
    ])
    expect(keys[0]?.entry).toBeGreaterThanOrEqual(0)
  })

  test('ledger 40: the page says what the log cannot show', async () => {
    await fresh.it.close()
    const text = await (await outside.get('/log/')).text()
    const plain = text.replaceAll('&#39;', "'").replaceAll('&quot;', '"')
    for (const limit of LIMITS) expect(plain).toContain(limit)
    const docs = readFileSync(new URL('../../../../docs/ledger.md', import.meta.url), 'utf8')
    for (const limit of LIMITS) expect(docs).toContain(limit)
    expect(text).toContain('not witnessed')
    expect(text).not.toContain('<script')
  })

  test('published openings leave out who did it', async () => {
    await fresh.it.act(someAct('list', { by: 'R-4711' }), someAct('setting', { name: 'private', to: 'hidden-value' }))
    await fresh.it.close()
    const told = await (await outside.get('/log/actions/open/000.p/16')).text()
    expect(told).toContain('demo-hashes')
    expect(told).not.toContain('R-4711')
    expect(told).not.toContain('hidden-value')
  })

  test('one flipped byte in a leaf, a tile or the checkpoint is seen', async () => {
    await fresh.it.act(decisionOn('u17'))
    await fresh.it.close()
    const policy = await outside.policy()
    const look = (hit: (path: string) => boolean, at: number) =>
      audit(
        outside.source((path, bytes) => (hit(path) ? bytes.map((octet, i) => (i === at ? octet ^ 1 : octet)) : bytes)),
        { policy, checks: runtimeChecks },
      )
    expect((await look(() => false, 0)).failed).toBeUndefined()
    expect((await look((path) => path.startsWith('tile/entries/'), 70)).failed?.check).toBe('M3')
    expect((await look((path) => path.startsWith('tile/0/'), 5)).failed?.check).toBe('M3')
    expect((await look((path) => path === 'checkpoint', 30)).failed?.check).toBe('M1')
  })
})
