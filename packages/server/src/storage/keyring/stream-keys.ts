import type { KeyObject } from 'node:crypto'

/** A stream key that is in use: its name as it goes before what it seals, and the key derived from it that seals. */
export interface StreamKey {
  readonly head: Uint8Array
  readonly sealing: KeyObject
}

/** After this long the keyring's file is asked again, so that a key that another process destroyed is not used on. */
const TRUSTED_MS = 1_000
const MOST = 64

/**
 * The stream keys of the moment, by name and by hour. Thousands of events a second are sealed under one key; without this each would
 * read the keyring's file twice and derive four keys.
 */
export class StreamKeys {
  readonly #held = new Map<string, { readonly key: StreamKey; readonly until: number }>()
  readonly #finding = new Map<string, Promise<void>>()
  #cleared = 0

  /**
   * Uses the key at once, before anything can clear it. Callers that meet look for it once.
   *
   * @param name the key's id, or its hour
   */
  async use<T>(name: string, find: () => Promise<StreamKey>, how: (key: StreamKey) => T): Promise<T> {
    for (;;) {
      const held = this.#held.get(name)
      if (held !== undefined && held.until > performance.now()) return how(held.key)
      await (this.#finding.get(name) ?? this.#find(name, find))
    }
  }

  /** Forgets all: a key was destroyed, or the keyring closes. */
  clear(): void {
    this.#cleared += 1
    this.#held.clear()
  }

  #find(name: string, find: () => Promise<StreamKey>): Promise<void> {
    const cleared = this.#cleared
    const found = find()
      .then((key) => {
        // Destroyed while we looked: whoever waits looks again, and is told.
        if (cleared !== this.#cleared) return
        if (this.#held.size >= MOST) this.clear()
        this.#held.set(name, { key, until: performance.now() + TRUSTED_MS })
      })
      .finally(() => this.#finding.delete(name))
    this.#finding.set(name, found)
    return found
  }
}
