import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyTarget } from '@lamplighter/ledger/verifier'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqlite } from '../storage/testing/engines.ts'
import { LogFiles } from './files.ts'
import { decisionOn } from './testing/acts.ts'
import { freshLedger } from './testing/ledger.ts'
import { Served } from './testing/served.ts'

const fresh = freshLedger(sqlite)
let folder: string
let server: Server
let address: string

/** The real interface behind a real socket: the verifier of outsiders knows nothing but its address. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lamplighter-outsider-'))
  server = createServer((request, answer) => {
    new Served(fresh.it.ledger).get(request.url ?? '/').then(
      async (from) => {
        answer.writeHead(from.status, Object.fromEntries(from.headers))
        answer.end(Buffer.from(await from.arrayBuffer()))
      },
      () => answer.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

const policyFile = async (): Promise<string> => {
  const file = join(folder, 'policy')
  writeFileSync(file, await (await new Served(fresh.it.ledger).get('/log/policy')).text())
  return file
}

test('an outsider checks the whole log, a receipt and a promise with the published verifier', async () => {
  const [recorded] = await fresh.it.act(decisionOn('u17'))
  await fresh.it.close('sealed')
  await fresh.it.close()
  const policy = await policyFile()
  expect(await verifyTarget(address, { policy })).toMatchObject({ exit: 0 })
  const state = await fresh.it.ledger.receiptOf(recorded?.record ?? '', 'person')
  if (state.state !== 'ready') throw new Error(state.state)
  writeFileSync(join(folder, 'receipt'), state.file)
  const receipt = await verifyTarget(join(folder, 'receipt'), { policy, offline: true })
  expect(receipt).toMatchObject({ exit: 0, shown: { account: 'u17' } })
  writeFileSync(join(folder, 'promise'), recorded?.promise ?? '')
  const promise = await verifyTarget(join(folder, 'promise'), { log: address, policy })
  expect(promise.checks.map((check) => check.text)).toContain(`The promise is kept: entry ${state.index}.`)
})

test('one flipped byte in a file of the log fails the check', async () => {
  await fresh.it.act(decisionOn('u17'))
  await fresh.it.close()
  const policy = await policyFile()
  const { blobs } = fresh.it.storage
  const files = new LogFiles(blobs, 'safety.example/log/actions')
  for (const [path, at] of [
    ['tile/entries/000.p/16', 100],
    ['tile/0/000.p/16', 33],
  ] as const) {
    const good = await files.read(path)
    if (good === undefined) throw new Error(`no ${path}`)
    const replace = async (bytes: Uint8Array) => {
      for await (const id of blobs.list()) {
        if (id === `${files.prefix}_${path.replaceAll('/', '_').replaceAll('.', '-')}`) await blobs.delete(id)
      }
      await files.write(path, bytes)
    }
    await replace(good.with(at, (good[at] ?? 0) ^ 1))
    const report = await verifyTarget(address, { policy })
    expect(report.exit).toBe(1)
    expect(report.checks.some((check) => check.code === 'bad_tile')).toBe(true)
    await replace(good)
    expect(await verifyTarget(address, { policy })).toMatchObject({ exit: 0 })
  }
})
