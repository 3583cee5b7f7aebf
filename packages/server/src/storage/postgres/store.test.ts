import { once as onceEvent } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore, type Storage } from '../index.ts'
import { countAndOpen, decide, echo, openAccounts, account as readAccount, sleepInSql } from '../testing/bank.store.ts'
import { engines, type Place, postgres } from '../testing/engines.ts'
import { MODULES } from '../testing/opened.ts'
import { testServer } from '../testing/postgres.ts'

/** What the proxy does with the next COMMIT. */
type OnCommit = 'pass' | 'cut before' | 'cut after'

/** Stands between store and server, and breaks connections at the worst moment. */
class Cutter {
  onCommit: OnCommit = 'pass'
  refuse = false
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  readonly #target: string

  constructor(target: string) {
    this.#target = target
    this.#server = createServer((client) => this.#serve(client))
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await onceEvent(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cutAll()
    this.#server.close()
    await onceEvent(this.#server, 'close')
  }

  #serve(client: Socket): void {
    if (this.refuse) {
      client.destroy()
      return
    }
    const server = connect(this.#target)
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.on('data', (bytes) => this.#fromClient(bytes, client, server))
    server.on('data', (bytes) => client.write(bytes))
  }

  #fromClient(bytes: Buffer, client: Socket, server: Socket): void {
    const how = bytes.includes('; commit\0') ? this.onCommit : 'pass'
    if (how === 'pass') {
      server.write(bytes)
      return
    }
    this.onCommit = 'pass'
    if (how === 'cut before') {
      client.destroy()
      return
    }
    server.removeAllListeners('data')
    server.once('data', () => client.destroy())
    server.write(bytes)
  }
}

describe.runIf(engines.includes(postgres))(
  'PostgreSQL fails (needs its binaries; the setup says if they are missing)',
  () => {
    let place: Place
    let proxy: Cutter
    let storage: Storage

    beforeEach(async () => {
      place = await postgres.place()
      const host = /[?&]host=([^&]+)/.exec((await testServer()) ?? '')?.[1] ?? ''
      proxy = new Cutter(join(decodeURIComponent(host), '.s.PGSQL.5432'))
      const port = await proxy.listen()
      storage = await openStore(
        {
          kind: 'postgres',
          url: `postgres://postgres@127.0.0.1:${port}/postgres`,
          schema: place.schema ?? '',
          blobs: join(place.folder, 'blobs'),
        },
        MODULES,
      )
      await storage.store.tx(openAccounts, { ids: ['case'], balance: 0 })
    })
    afterEach(async () => {
      await storage.close()
      await proxy.close()
      await place.remove()
    })

    const decideOnce = (once?: { scope: string; key: string }) =>
      storage.store.tx(decide, { id: 'case', revision: 1, by: 'ana' }, once === undefined ? {} : { once })

    for (const how of ['cut before', 'cut after'] as const) {
      test(`K-05: the connection is ${how} COMMIT: with a once key the call finds out what happened, one effect`, async () => {
        proxy.onCommit = how
        expect(await decideOnce({ scope: 's', key: 'k' })).toBe('ana')
        expect(await storage.store.read(readAccount, 'case')).toMatchObject({ revision: 2, balance: 1 })
        expect((await storage.facts()).numbers.commitUnknown).toBe(1)
      })

      test(`K-05: the connection is ${how} COMMIT: without a key the caller hears commit_unknown`, async () => {
        proxy.onCommit = how
        await expect(decideOnce()).rejects.toMatchObject({ code: 'commit_unknown' })
        const balance = how === 'cut before' ? 0 : 1
        expect(await storage.store.read(readAccount, 'case')).toMatchObject({ balance })
      })
    }

    test('while the database is away calls fail with storage_unavailable, and work again when it is back', async () => {
      proxy.refuse = true
      proxy.cutAll()
      await expect(storage.store.tx(echo, 1)).rejects.toMatchObject({ code: 'storage_unavailable' })
      await expect(storage.store.read(readAccount, 'case')).rejects.toMatchObject({ code: 'storage_unavailable' })
      proxy.refuse = false
      expect(await storage.store.tx(echo, 1)).toBe(1)
    })

    test('a connection that breaks in the middle of a work: nothing was written', async () => {
      const call = storage.store.tx(sleepInSql, { seconds: 3, id: 'asleep' })
      setTimeout(() => proxy.cutAll(), 100)
      await expect(call).rejects.toMatchObject({ code: 'storage_unavailable' })
      expect(await storage.store.read(readAccount, 'asleep')).toBeUndefined()
    })

    test('a work that meets others twice, as a collision and then as a row that is there, is tried until it passes', async () => {
      const [first, second] = await Promise.all([outsider(), outsider()])
      await first.query(`begin; update bank_accounts set balance = 5 where id = 'case'`)
      await second.query(`begin; insert into bank_accounts (id, balance) values ('other', 7)`)
      const retries = async () => (await storage.facts()).numbers.retries ?? 0
      const before = await retries()
      const call = storage.store.tx(countAndOpen, { count: 'case', open: 'other' })
      await waitsFor(first)
      await first.query('commit')
      await waitsFor(second)
      await second.query('commit')
      expect(await call).toBe('found')
      expect((await retries()) - before).toBe(2)
      expect(await storage.store.read(readAccount, 'case')).toMatchObject({ balance: 6 })
      expect(await storage.store.read(readAccount, 'other')).toMatchObject({ balance: 7 })
      await Promise.all([first.end(), second.end()])
    })

    /** Somebody else on the same schema, without this product's rules. */
    async function outsider(): Promise<pg.Client> {
      const client = new pg.Client(await testServer())
      await client.connect()
      await client.query(`set search_path = ${place.schema}`)
      return client
    }

    /** Waits until a transaction cannot go on before this one ends. */
    async function waitsFor(holder: pg.Client): Promise<void> {
      const blocked = 'select 1 from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))'
      await expect.poll(async () => (await holder.query(blocked)).rowCount, { timeout: 10_000, interval: 5 }).toBe(1)
    }

    test('a server whose fsync is off is refused at the start', async () => {
      const { checkedSettings } = await import('./settings.ts')
      const rows = [
        { name: 'fsync', setting: 'off' },
        { name: 'full_page_writes', setting: 'on' },
        { name: 'server_encoding', setting: 'UTF8' },
        { name: 'server_version_num', setting: '150004' },
      ]
      expect(() => checkedSettings(rows)).toThrow(/fsync: expected on, found off/)
      const fine = rows.map((row) => ({ ...row, setting: row.setting === 'off' ? 'on' : row.setting }))
      expect(checkedSettings(fine)).toMatchObject({ fsync: 'on' })
      expect(() => checkedSettings([...fine, { name: 'synchronous_commit', setting: 'off' }])).toThrow(
        /synchronous_commit/,
      )
      const old = fine.map((row) => (row.name === 'server_version_num' ? { ...row, setting: '140011' } : row))
      expect(() => checkedSettings(old)).toThrow(/15 or newer/)
    })
  },
)
