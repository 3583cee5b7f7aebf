import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { FOLLOWED } from './followed.ts'
import { rangeFrom } from './http/address.ts'
import type { Config } from './http/config.ts'
import { version } from './software.ts'
import type { openStore, StorageOptions } from './storage/index.ts'
import { fileMasterKey, type Keyring, openKeyring } from './storage/keyring/index.ts'

/** What tests and commands choose beside the settings. */
export interface PlaceOptions {
  readonly config: Config
  /** The server's clock, milliseconds since 1970. */
  readonly now?: () => number
  /** A command or a test that opens the data alone: nobody waits behind its works, so they may take long. */
  readonly patient?: boolean
  /** How the database is opened, beyond the settings: what tests choose. */
  readonly storage?: Partial<StorageOptions> & { readonly schema?: string }
  /** Ranges that webhooks may reach beside those of the settings; the demo opens its own loopback address. */
  readonly allowNets?: ReadonlyMap<string, readonly string[]>
}

/** Where the database is and how it is opened. */
export function storageOf({ config, now, patient, storage }: PlaceOptions): Parameters<typeof openStore>[0] {
  const common = {
    by: version,
    sharedHints: FOLLOWED,
    ...(now && { now }),
    ...(patient && { limits: { workMs: 10_000, poolWaitMs: 10_000 } }),
    ...storage,
    ...(config.diskFloor !== undefined && 'bytes' in config.diskFloor && { diskFloorBytes: config.diskFloor.bytes }),
  }
  return config.database === 'embedded'
    ? { kind: 'sqlite', folder: config.data, ...common }
    : { kind: 'postgres', url: config.database, blobs: join(config.data, 'blobs'), ...common }
}

/** The keyring of this installation. A master key is made with a new keyring only: an old one has its own. */
export function keyringOf({ config, now }: PlaceOptions): Promise<Keyring> {
  const folder = config.keyring ?? config.data
  return openKeyring(folder, {
    ...(now && { now }),
    ...(config.keyFile !== undefined && {
      master: fileMasterKey(config.keyFile, { make: !existsSync(join(folder, 'keyring.db')) }),
    }),
  })
}

/** The private ranges that each named connection may reach. */
export function netsOf({ config, allowNets }: PlaceOptions) {
  const all = new Map([...(config.allowNets ?? []), ...(allowNets ?? [])])
  return new Map([...all].map(([name, ranges]) => [name, ranges.map((range) => rangeFrom(range))]))
}
