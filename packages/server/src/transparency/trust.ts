import { formatVerifierKey, type KeyType, verifierKey } from '@lamplighter/ledger'
import { instantOf } from './acts.ts'
import type { PublishedKey } from './public-store.ts'

/** `/log/keys.json`: every public key, with the time it was in use. Pin keys from elsewhere too, not from the log alone. */
export function keysJson(keys: readonly PublishedKey[]): unknown {
  return {
    keys: keys.map((key) => ({
      use: isPromiseKey(key) ? 'promise' : 'log',
      origin: key.name.replace(/\/promise$/, ''),
      vkey: vkeyOf(key),
      from: instantOf(key.from),
      to: key.to === null ? null : instantOf(key.to),
      /** Index of the entry that announced it; null while it waits. */
      entry: key.entry,
    })),
  }
}

/** `/log/policy`: a C2SP tlog-policy. No witness is asked, and the file says so. @param url address of the installation */
export function policyText(keys: readonly PublishedKey[], url: string): string {
  // Logs that were begun anew stay: their receipts still have to verify.
  const logs = keys.filter((key) => !isPromiseKey(key))
  const lines = logs.map((key) => {
    const place = key.name.slice(key.name.lastIndexOf('/log/'))
    return `log ${vkeyOf(key)} ${url.replace(/\/$/, '')}${place}\n`
  })
  return `# Not witnessed: without cosignatures two people could be shown two logs.\n${lines.join('')}quorum none\n`
}

function vkeyOf(key: PublishedKey): string {
  return formatVerifierKey(verifierKey(key.name, key.type as KeyType, key.public))
}

function isPromiseKey(key: PublishedKey): boolean {
  return key.name.endsWith('/promise')
}
