/** A stream key that is in use: its name, and the key derived from it that seals. */
export interface StreamKey {
  readonly id: string
  readonly sealing: Uint8Array
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

  /** @param name the key's id, or its hour */
  get(name: string): StreamKey | undefined {
    const held = this.#held.get(name)
    return held !== undefined && held.until > performance.now() ? held.key : undefined
  }

  keep(name: string, key: StreamKey): StreamKey {
    if (this.#held.size >= MOST) this.clear()
    this.#held.set(name, { key, until: performance.now() + TRUSTED_MS })
    return key
  }

  /** Forgets all: a key was destroyed, or the keyring closes. */
  clear(): void {
    for (const { key } of this.#held.values()) key.sealing.fill(0)
    this.#held.clear()
  }
}
