import type { DatabaseConnection, Driver } from 'kysely'

/** A Kysely driver over a connection whose transaction belongs to storage, not to the work. */
export class SingleConnectionDriver implements Driver {
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {
    // Nothing to prepare: storage has opened the connection.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async beginTransaction(): Promise<void> {
    throw new TypeError('a work is one transaction already; it begins no other')
  }

  async commitTransaction(): Promise<void> {
    throw new TypeError('storage commits, after the work has ended')
  }

  async rollbackTransaction(): Promise<void> {
    throw new TypeError('throw an error to roll a work back')
  }

  async releaseConnection(): Promise<void> {
    // It stays with the transaction.
  }

  async destroy(): Promise<void> {
    // Storage closes the connection.
  }
}
