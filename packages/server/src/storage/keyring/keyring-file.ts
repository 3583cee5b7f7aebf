import { DatabaseSync, type StatementSync } from 'node:sqlite'

export interface KeyRow {
  readonly id: string
  readonly kind: string
  readonly epoch: string
  /** Absent in a tombstone. */
  readonly wrapped: Uint8Array | undefined
}

/** A key to keep, wrapped. */
export interface NewKey {
  readonly id: string
  readonly kind: string
  readonly ref: string
  readonly epoch: string
  readonly wrapped: Uint8Array
  readonly madeAt: number
}

/** What is left of a key. */
export interface Tombstone {
  readonly id: string
  readonly kind: string
  readonly ref: string
  readonly destroyedAt: number
  readonly why: string
}

/**
 * The rows of `keyring.db`: wrapped keys and tombstones. A file of its own, so that ordinary backups leave it out; no write-ahead log,
 * so that a destroyed key does not live on in one.
 */
export class KeyringFile {
  readonly #db: DatabaseSync
  // Asked several times for each file and each sealed value: preparing them takes longer than running them.
  readonly #byRef: StatementSync
  readonly #byId: StatementSync

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 5_000 })
    // `extra` also syncs the folder when the journal is removed: a commit is durable when it returns.
    for (const setting of [
      'journal_mode = delete',
      'synchronous = extra',
      'secure_delete = on',
      'trusted_schema = off',
    ]) {
      this.#db.exec(`pragma ${setting}`)
    }
    this.#db.exec(`
      create table if not exists epochs (id text primary key, master text not null, wrapped blob not null) strict;
      create table if not exists keys (id text primary key, kind text not null, ref text not null, epoch text not null, wrapped blob,
        made_at integer not null, destroyed_at integer, why text) strict;
      create unique index if not exists keys_ref on keys (kind, ref) where destroyed_at is null;`)
    this.#byRef = this.#db.prepare('select id from keys where kind = ? and ref = ? and destroyed_at is null')
    this.#byId = this.#db.prepare('select kind, epoch, wrapped from keys where id = ?')
  }

  epoch(id: string): Uint8Array | undefined {
    const wrapped = this.#db.prepare('select wrapped from epochs where id = ?').get(id)?.wrapped
    return wrapped instanceof Uint8Array ? wrapped : undefined
  }

  /** Whoever is first wins. */
  addEpoch(id: string, master: string, wrapped: Uint8Array): void {
    this.#db
      .prepare('insert into epochs (id, master, wrapped) values (?, ?, ?) on conflict do nothing')
      .run(id, master, wrapped)
  }

  newestEpoch(): string | undefined {
    const id = this.#db.prepare('select id from epochs order by id desc limit 1').get()?.id
    return typeof id === 'string' ? id : undefined
  }

  keyOf(kind: string, ref: string): string | undefined {
    const id = this.#byRef.get(kind, ref)?.id
    return typeof id === 'string' ? id : undefined
  }

  /** All in one commit; of each, whoever is first wins. */
  addKeys(all: readonly NewKey[]): void {
    this.#together(() => {
      const add = this.#db.prepare(
        'insert into keys (id, kind, ref, epoch, wrapped, made_at) values (?, ?, ?, ?, ?, ?) on conflict do nothing',
      )
      for (const { id, kind, ref, epoch, wrapped, madeAt } of all) add.run(id, kind, ref, epoch, wrapped, madeAt)
    })
  }

  key(id: string): KeyRow | undefined {
    const row = this.#byId.get(id)
    if (row === undefined) return undefined
    const wrapped = row.wrapped instanceof Uint8Array ? row.wrapped : undefined
    return { id, kind: String(row.kind), epoch: String(row.epoch), wrapped }
  }

  live(kind: string): { id: string; ref: string }[] {
    const rows = this.#db
      .prepare('select id, ref from keys where kind = ? and destroyed_at is null order by ref')
      .all(kind)
    return rows.map((row) => ({ id: String(row.id), ref: String(row.ref) }))
  }

  destroy(ids: readonly string[], why: string, at: number): void {
    this.#together(() => {
      const end = this.#db.prepare(
        'update keys set wrapped = null, destroyed_at = ?, why = ? where id = ? and destroyed_at is null',
      )
      for (const id of ids) end.run(at, why, id)
    })
  }

  #together(work: () => void): void {
    this.#db.exec('begin immediate')
    try {
      work()
      this.#db.exec('commit')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('rollback')
      throw error
    }
  }

  tombstones(kind?: string): Tombstone[] {
    const rows = this.#db
      .prepare(
        'select id, kind, ref, destroyed_at, why from keys where destroyed_at is not null and kind = coalesce(?, kind) order by id',
      )
      .all(kind ?? null)
    return rows.map((row) => ({
      id: String(row.id),
      kind: String(row.kind),
      ref: String(row.ref),
      destroyedAt: Number(row.destroyed_at),
      why: String(row.why),
    }))
  }

  close(): void {
    this.#db.close()
  }
}
