import type { Entity } from '@lamplighter/rules'
import type { ListBook } from '../signals/index.ts'
import { newId, type Storage } from '../storage/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import { type KeptItem, packItem, unpackItem } from './kept.ts'
import { beginLookBacks, eraseItems, firstHour, HOUR_MS, itemCount, type Kept, removeItems } from './store.ts'
import type { LookBackItemsTable } from './tables.ts'

/** What the platform chose. */
export interface LookBackWish {
  /** Hours for which is looked back; 0 while it is off. */
  readonly hours: number
  /** Connections whose hashes are kept where they send no files. */
  readonly hashes: ReadonlySet<string>
}

/** Keeps items of one batch, with the versions of lists that were there before the first of them was looked at. */
export interface Basket {
  /** Whether files of this connection are kept of which only hashes came. */
  takesHashes(connection: string): boolean
  /** @returns undefined where its time is over already */
  keep(item: Omit<KeptItem, 'versions'>, at: number): Promise<Kept | undefined>
}

/** Readings and digests of public media that nothing flagged, kept for hashes that arrive late (matching.md §4.4). */
export interface LookBack {
  /** Whether it is on, as known when it was last looked up. */
  readonly isOn: boolean
  /** For one batch; undefined while it is off. */
  basket(lists: Pick<ListBook, 'all'>): Promise<Basket | undefined>
  /** An item as it was kept; undefined where its key is gone. */
  opened(row: Pick<LookBackItemsTable, 'id' | 'key_id' | 'body'>): Promise<KeptItem | undefined>
  /** Ends the keys of hours that are over, and all of them while it is off; asks for what is to be looked up. Gives what it did, in numbers. */
  tend(): Promise<string>
  /** Takes out what is kept of somebody. */
  erase(entity: Entity): Promise<void>
  /** Hours for which is looked back now; 0 while it is off. */
  hours(): Promise<number>
  /** Whether it is on, how far back it looks, and of how many events it keeps something. */
  stands(): Promise<{ readonly hours: number; readonly items: number }>
}

/** Tending comes once a minute: an hour goes so much earlier, and never later than was chosen. */
const EARLY_MS = 60_000

const placeOf = (id: string): string => `lookback ${id}`

export function makeLookBack(parts: {
  readonly storage: Pick<Storage, 'store'>
  readonly keyring: Keyring
  readonly now: () => number
  readonly wished: () => Promise<LookBackWish>
}): LookBack {
  const { keyring, now, wished } = parts
  const { store } = parts.storage
  let isOn = false

  const look = async (): Promise<LookBackWish> => {
    const wish = await wished()
    isOn = wish.hours > 0
    return wish
  }
  // A minute early, as tending goes: an hour that is over is not begun again.
  const firstOf = (hours: number): number => firstHour(now() + EARLY_MS, hours)

  return {
    get isOn() {
      return isOn
    },
    async basket(lists) {
      const { hours, hashes } = await look()
      if (!isOn) return undefined
      const versions = Object.fromEntries(
        lists.all().flatMap(({ id, kind, version }) => (kind === 'text' || kind === 'domain' ? [] : [[id, version]])),
      )
      return {
        takesHashes: (connection) => hashes.has(connection),
        async keep(item, at) {
          const hour = Math.floor(at / HOUR_MS) * HOUR_MS
          if (hour < firstOf(hours)) return undefined
          const id = newId('lb', now())
          const packed = await packItem({ ...item, versions })
          return keyring.use(await keyring.make('lookback', String(hour)), (key) => ({
            ...{ id, hour, at, versions, key_id: key.id },
            who: item.account === null ? null : nameUnder(key, item.account),
            body: key.seal(placeOf(id), packed),
          }))
        },
      }
    },
    async opened({ id, key_id: key, body }) {
      if (!keyring.live('lookback').some((live) => live.id === key)) return undefined
      return unpackItem(await keyring.use(key, (handle) => handle.unseal(placeOf(id), body)))
    },
    async tend() {
      const { hours } = await look()
      const before = isOn ? firstOf(hours) : Number.MAX_SAFE_INTEGER
      const over = keyring.live('lookback').filter(({ ref }) => Number(ref) < before)
      if (over.length > 0)
        await keyring.destroy(
          over.map(({ id }) => id),
          isOn ? 'hour_over' : 'lookback_off',
        )
      let gone = 0
      for (let slice = -1; slice !== 0; gone += slice) slice = await store.tx(removeItems, { before })
      const jobs = await store.tx(beginLookBacks, undefined)
      return `${gone} items gone, ${jobs} lists to look up`
    },
    async erase({ type, id }) {
      if (type !== 'account') return
      const names = await Promise.all(
        keyring.live('lookback').map((key) => keyring.use(key.id, (handle) => nameUnder(handle, id))),
      )
      if (names.length > 0) await store.tx(eraseItems, names)
    },
    hours: async () => (await look()).hours,
    async stands() {
      const { hours } = await look()
      return { hours, items: await store.read(itemCount, undefined) }
    },
  }
}

/** What an account is called in one hour: with the key of the hour the name means nothing any more. */
const nameUnder = (key: { mac(bytes: Uint8Array): Uint8Array }, account: string): string =>
  Buffer.from(key.mac(Buffer.from(`lookback account ${account}`))).toString('hex')
