import { derive, mac, newKey, seal, unseal } from '../../storage/crypto.ts'
import { KeyringError } from '../../storage/keyring/index.ts'
import type { LedgerKeyring } from '../keys.ts'

/** A keyring in memory, for suites that do not look at it: nothing survives the process. */
export function memoryKeyring(): LedgerKeyring {
  let made = 0
  const ids = new Map<string, string>()
  const keys = new Map<string, Uint8Array>()
  return {
    async make(kind, ref) {
      const known = ids.get(`${kind} ${ref}`)
      if (known !== undefined && keys.has(known)) return known
      const id = `key_${++made}`
      ids.set(`${kind} ${ref}`, id)
      keys.set(id, newKey())
      return id
    },
    async use(id, how) {
      const key = keys.get(id)
      if (key === undefined) throw new KeyringError('key_destroyed', 'the key was destroyed')
      return how({
        id,
        seal: (context, bytes) => seal(key, Buffer.from(context), bytes),
        unseal: (context, sealed) => unseal(key, Buffer.from(context), sealed),
        derive: (info) => derive(key, info),
        mac: (bytes) => mac(key, bytes),
      })
    },
    async destroy(gone) {
      for (const id of gone) keys.delete(id)
    },
  }
}
