import type { KeyObject } from 'node:crypto'
import { HeldKeys } from './held-keys.ts'

/** A stream key that is in use: its name as it goes before what it seals, and the key derived from it that seals. */
export interface StreamKey {
  readonly head: Uint8Array
  readonly sealing: KeyObject
}

/**
 * The stream keys of the moment, by name and by hour. Thousands of events a second are sealed under one key; without this each would
 * read the keyring's file twice and derive four keys.
 */
export class StreamKeys {
  readonly #held = new HeldKeys<StreamKey>()
  readonly #finding = new Map<string, Promise<void>>()

  /**
   * Uses the key at once, before anything can clear it. Callers that meet look for it once.
   *
   * @param name the key's id, or its hour
   */
  async use<T>(name: string, find: () => Promise<StreamKey>, how: (key: StreamKey) => T): Promise<T> {
    for (;;) {
      const held = this.#held.of(name)
      if (held !== undefined) return how(held)
      await (this.#finding.get(name) ?? this.#find(name, find))
    }
  }

  /** Forgets all: a key was destroyed, or the keyring closes. */
  clear(): void {
    this.#held.clear()
  }

  #find(name: string, find: () => Promise<StreamKey>): Promise<void> {
    const { cleared } = this.#held
    // Destroyed while we looked: it is not held, and whoever waits looks again and is told.
    const found = find()
      .then((key) => void this.#held.hold(name, key, cleared))
      .finally(() => this.#finding.delete(name))
    this.#finding.set(name, found)
    return found
  }
}
