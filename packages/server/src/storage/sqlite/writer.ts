import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { loadSchemas } from '../load.ts'
import { migrate } from '../migrate.ts'
import { errorToWire } from '../wire.ts'
import { checkDatabase, openWriter, readSettings } from './database.ts'
import { isFull, notOpened } from './failures.ts'
import { Faults } from './faults.ts'
import { Groups } from './group.ts'
import type { FromWriter, ToWriter, WorkMessage, WriterFacts, WriterStart } from './messages.ts'
import { migrationTarget } from './migration-target.ts'

// The writer thread: it owns the only writing connection, and works come to it by name.

const CHECKPOINT_PAGES = 4_000
const IDLE_MS = 200
// 4 MiB: some milliseconds of work.
const SHRINK_PAGES = 1_000

class Writer {
  readonly #port: MessagePort
  readonly #db: DatabaseSync
  readonly #groups: Groups
  readonly #migrated: number
  readonly #urgent: WorkMessage[] = []
  readonly #bulk: WorkMessage[] = []
  readonly #others: ToWriter[] = []
  readonly #slow: Record<string, number> = {}
  readonly #counted = { commits: 0, works: 0 }
  readonly #onMessage = (message: ToWriter): void => {
    this.#sort(message)
    if (!this.#running) void this.#drain()
  }
  #running = false
  #idle: NodeJS.Timeout | undefined

  constructor(from: {
    port: MessagePort
    db: DatabaseSync
    start: WriterStart
    migrated: number
  }) {
    this.#port = from.port
    this.#db = from.db
    this.#migrated = from.migrated
    this.#groups = new Groups({
      db: from.db,
      limits: from.start.limits,
      faults: from.start.faults?.errors === undefined ? undefined : new Faults(from.start.faults.errors),
      onSlow: (name, ms) => {
        this.#slow[name] = (this.#slow[name] ?? 0) + 1
        this.#send({ kind: 'slow', name, ms })
      },
    })
    from.port.on('message', this.#onMessage)
  }

  #sort(message: ToWriter): void {
    if (message.kind !== 'works') {
      this.#others.push(message)
      return
    }
    for (const work of message.works) (work.urgent ? this.#urgent : this.#bulk).push(work)
  }

  /** The next work, counting what has arrived while the thread was busy. */
  take(): WorkMessage | undefined {
    for (let more = receiveMessageOnPort(this.#port); more !== undefined; more = receiveMessageOnPort(this.#port)) {
      this.#sort(more.message)
    }
    return this.#urgent.shift() ?? this.#bulk.shift()
  }

  async #drain(): Promise<void> {
    this.#running = true
    clearTimeout(this.#idle)
    for (let first = this.take(); first !== undefined; first = this.take()) {
      const end = await this.#groups.run(first, this)
      this.#send({ kind: 'answers', ...end })
      if (end.fatal !== undefined) return
      this.#counted.commits += 1
      this.#counted.works += end.answers.length
      if (this.#counted.commits % 64 === 0) this.#checkpointIfLong()
    }
    this.#running = false
    // Before what may close: a timer that is left would hold the thread up.
    this.#idle = setTimeout(() => this.#rest(), IDLE_MS)
    for (const other of this.#others.splice(0)) this.#serve(other)
  }

  #serve(message: ToWriter): void {
    switch (message.kind) {
      case 'facts':
        this.#send({ kind: 'facts', id: message.id, facts: this.#facts() })
        return
      case 'shrink':
        this.#tidy(`incremental_vacuum(${SHRINK_PAGES})`)
        this.#send({ kind: 'facts', id: message.id, facts: this.#facts() })
        return
      case 'checkpoint':
        this.#tidy('wal_checkpoint(truncate)')
        this.#send({ kind: 'facts', id: message.id, facts: this.#facts() })
        return
      case 'close':
        clearTimeout(this.#idle)
        this.#tidy('wal_checkpoint(truncate)')
        this.#db.close()
        this.#port.off('message', this.#onMessage)
        if (message.again) awaitStart(this.#port)
        this.#send({ kind: 'closed' })
        if (!message.again) this.#port.close()
        return
      case 'works':
        return
    }
  }

  #rest(): void {
    this.#tidy('wal_checkpoint(passive)')
  }

  /** Upkeep that a full disk puts off: what is committed stays in the log, and what is new is refused anyway. */
  #tidy(pragma: string): void {
    try {
      this.#db.exec(`pragma ${pragma}`)
    } catch (error) {
      if (!isFull(error)) throw error
    }
  }

  #checkpointIfLong(): void {
    const row = this.#db.prepare('pragma wal_checkpoint(noop)').get()
    const pages = row?.log
    if (typeof pages === 'number' && pages > CHECKPOINT_PAGES) this.#tidy('wal_checkpoint(passive)')
  }

  #facts(): WriterFacts {
    const count = (name: string): number =>
      Number(Object.values(this.#db.prepare(`pragma ${name}`).get() ?? {})[0] ?? 0)
    return {
      settings: readSettings(this.#db),
      ...this.#counted,
      slowWorks: { ...this.#slow },
      migrated: this.#migrated,
      freePages: count('freelist_count'),
      pages: count('page_count'),
    }
  }

  #send(message: FromWriter): void {
    this.#port.postMessage(message)
  }
}

async function start(port: MessagePort, given: WriterStart): Promise<void> {
  const tell = (message: FromWriter): void => port.postMessage(message)
  try {
    const schemas = await loading
    // A clean stop empties the log and removes it.
    const unclean = (statSync(`${given.file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
    const db = openWriter(given.file)
    if (unclean) checkDatabase(db)
    const migrated = await migrate(migrationTarget(db, given.by, `${given.file}.before-migration`), schemas)
    if (given.faults?.morePages !== undefined) limitPages(db, given.faults.morePages)
    if (given.faults?.unsynced === true) db.exec('pragma synchronous = off')
    new Writer({ port, db, start: given, migrated })
    tell({ kind: 'ready', migrated })
  } catch (error) {
    tell({ kind: 'failed', error: errorToWire(notOpened(error, dirname(given.file))) })
    port.close()
  }
}

function limitPages(db: DatabaseSync, more: number): void {
  const pages = Number(db.prepare('pragma page_count').get()?.page_count)
  db.exec(`pragma max_page_count = ${pages + more}`)
}

// The modules are read at once; which database it is for may be said later.
const loading = loadSchemas(workerData)
if (parentPort !== null) {
  loading.catch(() => undefined)
  awaitStart(parentPort)
}

function awaitStart(port: MessagePort): void {
  port.once('message', (given: WriterStart) => void start(port, given))
}
