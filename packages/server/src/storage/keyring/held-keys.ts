/** After this long the keyring's file is asked again, so that a key that another process destroyed is not used on. */
const TRUSTED_MS = 1_000
const MOST = 64

/** Keys that are in use now, by name: taking one out of the keyring's file costs several times what sealing a small value does. */
export class HeldKeys<K> {
  readonly #held = new Map<string, { readonly key: K; readonly until: number }>()
  #cleared = 0

  /** How often all were forgotten. */
  get cleared(): number {
    return this.#cleared
  }

  of(name: string): K | undefined {
    const held = this.#held.get(name)
    return held !== undefined && held.until > performance.now() ? held.key : undefined
  }

  /** @param cleared as it was when the key was looked for: one that was destroyed meanwhile is not held. @returns the key */
  hold(name: string, key: K, cleared: number): K {
    if (cleared !== this.#cleared) return key
    if (this.#held.size >= MOST) this.#held.clear()
    this.#held.set(name, { key, until: performance.now() + TRUSTED_MS })
    return key
  }

  /** Forgets all: a key was destroyed, or the keyring closes. */
  clear(): void {
    this.#cleared += 1
    this.#held.clear()
  }
}
