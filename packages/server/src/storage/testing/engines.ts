import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Storage, type StorageOptions } from '../index.ts'

/** One engine of the contract suite. */
export interface TestEngine {
  readonly name: 'sqlite' | 'postgres'
  /** A fresh, empty place: a folder, or a schema of the test server. */
  place(): Promise<Place>
}

/** Where a store lives; opened again it has the same content. */
export interface Place {
  readonly folder: string
  open(modules: readonly URL[], options?: StorageOptions): Promise<Storage>
  remove(): Promise<void>
}

const sqlite: TestEngine = {
  name: 'sqlite',
  async place() {
    const folder = mkdtempSync(join(tmpdir(), 'lamplighter-'))
    return {
      folder,
      open: (modules, options) => openStore({ kind: 'sqlite', folder, ...options }, modules),
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    }
  },
}

export const engines: readonly TestEngine[] = [sqlite]
