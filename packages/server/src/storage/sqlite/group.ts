import type { DatabaseSync } from 'node:sqlite'
import { workNamed } from '../define.ts'
import { StorageError } from '../errors.ts'
import { errorToWire } from '../wire.ts'
import { type Statement, Statements } from './dialect.ts'
import { isFull, isGroupFailure, sqliteFailure } from './failures.ts'
import type { Faults } from './faults.ts'
import type { Answer, WorkMessage, WriterLimits } from './messages.ts'
import { runWork } from './work-runner.ts'

/** The works that wait: urgent ones first, each kind in the order of arrival. */
export interface WorkQueue {
  /** Takes the next one; what has arrived in the meantime counts. */
  take(): WorkMessage | undefined
}

export interface GroupEnd {
  readonly answers: readonly Answer[]
  /** Set when nobody can say what is on disk. */
  readonly fatal?: string
}

/** Runs groups of works, each group one transaction, each work one savepoint of it (`platform.md` §3). */
export class Groups {
  readonly #db: DatabaseSync
  readonly #statements: Statements
  readonly #limits: WriterLimits
  readonly #faults: Faults | undefined
  readonly #onSlow: (name: string, ms: number) => void

  constructor(from: {
    db: DatabaseSync
    limits: WriterLimits
    faults: Faults | undefined
    onSlow: (name: string, ms: number) => void
  }) {
    this.#db = from.db
    this.#statements = new Statements(from.db)
    this.#limits = from.limits
    this.#faults = from.faults
    this.#onSlow = from.onSlow
  }

  /** One group, from BEGIN to COMMIT. Every answer, errors too, comes after the commit: it may rest on an earlier work of the group. */
  async run(first: WorkMessage, queue: WorkQueue): Promise<GroupEnd> {
    const members: WorkMessage[] = []
    const answers: Answer[] = []
    try {
      this.#control('begin immediate')
    } catch (error) {
      return { answers: [failed(first.id, sqliteFailure(error) ?? error)] }
    }
    const began = performance.now()
    let bytes = 0
    for (let next: WorkMessage | undefined = first; next !== undefined; ) {
      members.push(next)
      bytes += next.call.input.length
      const { answer, lost } = await this.#member(next)
      if (lost !== undefined) return this.#lostGroup(members, lost)
      answers.push(answer)
      const closed =
        members.length >= this.#limits.groupWorks ||
        performance.now() - began >= this.#limits.groupMs ||
        bytes >= this.#limits.groupBytes
      next = closed ? undefined : queue.take()
    }
    return this.#commit(members, answers)
  }

  async #member(message: WorkMessage): Promise<{ answer: Answer; lost?: unknown }> {
    const began = performance.now()
    this.#control('savepoint work')
    try {
      const work = workNamed(message.name)
      const engine = { run: (query: Statement) => this.#statement(query), workMs: this.#limits.workMs }
      const { output, hints } = await runWork(work, message.call, engine)
      this.#control('release work')
      return { answer: { id: message.id, ...(output.length > 0 && { output }), ...(hints.length > 0 && { hints }) } }
    } catch (error) {
      // After some failures SQLite has rolled back the whole transaction by itself; the others must not be answered as done.
      const cause = error instanceof Error ? error.cause : undefined
      if (!this.#db.isTransaction || isGroupFailure(cause) || isGroupFailure(error)) {
        return { answer: failed(message.id, error), lost: error }
      }
      this.#control('rollback to work')
      this.#control('release work')
      return { answer: failed(message.id, error) }
    } finally {
      const ms = performance.now() - began
      if (ms > 50) this.#onSlow(message.name, ms)
    }
  }

  // Prepared once: parsing these takes longer than running them.
  #control(sql: string): void {
    this.#statements.run({ sql, parameters: [] })
  }

  #statement(query: Statement) {
    this.#faults?.before('statement')
    const result = this.#statements.run(query)
    this.#faults?.after('statement')
    return result
  }

  #lostGroup(members: readonly WorkMessage[], why: unknown): GroupEnd {
    this.#rollback()
    const error = why instanceof StorageError ? why : (sqliteFailure(why) ?? lostTransaction(why))
    return { answers: members.map(({ id }) => failed(id, error)) }
  }

  #commit(members: readonly WorkMessage[], answers: readonly Answer[]): GroupEnd {
    try {
      this.#faults?.before('commit')
      this.#control('commit')
      this.#faults?.after('commit')
      return { answers }
    } catch (error) {
      // The commit frame is the last thing written: when there was no room for it, it is not there.
      if (isFull(error) && this.#rollback()) return this.#lostGroup(members, error)
      const unknown = new StorageError(
        'commit_unknown',
        'the disk failed while committing: ask again with the same key after the restart',
      )
      return { answers: members.map(({ id }) => failed(id, unknown)), fatal: `commit failed: ${String(error)}` }
    }
  }

  #rollback(): boolean {
    try {
      if (this.#db.isTransaction) this.#db.exec('rollback')
      return true
    } catch {
      // Reported by the caller: the group is lost either way, and a connection that cannot roll back refuses the next BEGIN.
      return false
    }
  }
}

function failed(id: number, error: unknown): Answer {
  return { id, error: errorToWire(error) }
}

function lostTransaction(cause: unknown): StorageError {
  return new StorageError('storage_unavailable', 'the transaction was rolled back by the engine; nothing was written', {
    cause,
  })
}
