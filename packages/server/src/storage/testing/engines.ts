import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { keepWriters } from '../ahead.ts'
import { openStore, type Storage, type StorageOptions } from '../index.ts'
import { postgresBinaries, testServer } from './postgres.ts'
import { newFolder } from './room.ts'

keepWriters()

/** One engine of the contract suite. */
export interface TestEngine {
  readonly name: 'sqlite' | 'postgres'
  /** A fresh, empty place: a folder, or a schema of the test server. */
  place(): Promise<Place>
}

/** Where a store lives; opened again it has the same content. */
export interface Place {
  readonly folder: string
  /** PostgreSQL only: address and schema. */
  readonly url?: string
  readonly schema?: string
  open(modules: readonly URL[], options?: StorageOptions): Promise<Storage>
  remove(): Promise<void>
}

export const sqlite: TestEngine = {
  name: 'sqlite',
  async place() {
    const folder = newFolder()
    return {
      folder,
      open: (modules, options) => openStore({ kind: 'sqlite', folder, ...options }, modules),
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    }
  },
}

export const postgres: TestEngine = {
  name: 'postgres',
  async place() {
    const url = await testServer()
    if (url === undefined) throw new Error('no PostgreSQL for tests')
    const folder = newFolder()
    const schema = `t_${randomBytes(8).toString('hex')}`
    return {
      folder,
      url,
      schema,
      // Other work on the machine must not fail a test: only the test of a full pool waits no longer than the product does.
      open: (modules, { limits, ...options } = {}) =>
        openStore(
          {
            kind: 'postgres',
            url,
            schema,
            blobs: join(folder, 'blobs'),
            limits: { poolWaitMs: 30_000, ...limits },
            ...options,
          },
          modules,
        ),
      async remove() {
        const client = new pg.Client(url)
        await client.connect()
        await client.query(`drop schema if exists ${schema} cascade`)
        await client.end()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

const hasPostgres = process.env.LAMPLIGHTER_TEST_POSTGRES !== undefined || postgresBinaries() !== undefined

/** The engines on which a suite runs: both, where PostgreSQL is installed. Continuous integration does not go without it. */
export const engines: readonly TestEngine[] = hasPostgres ? [sqlite, postgres] : [sqlite]
