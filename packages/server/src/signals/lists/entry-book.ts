import { distanceBits, parsePdq } from '@lamplighter/matching'

/** How an entry stands, beside its value (matching.md §9.1). */
export type EntryState = 'active' | 'disputed' | 'aside' | 'expired' | 'withdrawn'

/** What is kept of one entry. Most have nothing of it, and stand. */
export interface Standing {
  readonly list: string
  readonly n: number
  readonly state: Exclude<EntryState, 'expired'>
  /** It is aside until then; somebody has to say so again. Null where it is not aside. */
  readonly untilAt: number | null
  /** From then on it no longer holds. */
  readonly expiresAt: number | null
}

/** One pair that is not a hit (matching.md §9.3): an entry, and one of our files or, on a list that is not sealed, what looks like one of our pictures. */
export interface Exception {
  readonly id: string
  readonly list: string
  readonly n: number
  /** The file's SHA-256 under a key of ours: on a sealed list it may be the entry itself. */
  readonly fileKey: string | null
  readonly pdq: string | null
  readonly endsAt: number
}

/** Bits within which a picture is the one that an exception is about. */
export const EXCEPTION_BITS = 6

const NONE: readonly never[] = []

/** What this process knows of single entries. Small beside the lists: few entries are anything but active, and few have exceptions. */
export class EntryBook {
  readonly #standing = new Map<string, Map<number, Standing>>()
  #exceptions = new Map<string, Map<number, readonly Exception[]>>()
  #hot = new Map<string, Map<number, number>>()
  readonly #keyOf: (sha256: string) => string

  /** @param keyOf the name of a file in exceptions */
  constructor(keyOf: (sha256: string) => string = (sha256) => sha256) {
    this.#keyOf = keyOf
  }

  stand(rows: readonly Standing[]): void {
    for (const row of rows) {
      const ofList = this.#standing.get(row.list) ?? new Map<number, Standing>()
      this.#standing.set(row.list, ofList.set(row.n, row))
    }
  }

  /** Puts all exceptions that have not ended in the place of those before. */
  except(rows: readonly Exception[]): void {
    const fresh = new Map<string, Map<number, readonly Exception[]>>()
    for (const row of rows) {
      const ofList = fresh.get(row.list) ?? new Map<number, readonly Exception[]>()
      fresh.set(row.list, ofList.set(row.n, [...(ofList.get(row.n) ?? NONE), row]))
    }
    this.#exceptions = fresh
  }

  /** Puts all entries that are hot in the place of those before. @param rows with until when each is */
  heat(rows: readonly { readonly list: string; readonly n: number; readonly untilAt: number }[]): void {
    const fresh = new Map<string, Map<number, number>>()
    for (const { list, n, untilAt } of rows) fresh.set(list, (fresh.get(list) ?? new Map()).set(n, untilAt))
    this.#hot = fresh
  }

  /** Entries of the list that are hot: each hit something of more than 20 people within a day. */
  hotOf(list: string, now: number): ReadonlySet<number> {
    return new Set([...(this.#hot.get(list) ?? [])].flatMap(([n, untilAt]) => (now < untilAt ? [n] : [])))
  }

  isHot(list: string, n: number, now: number): boolean {
    return now < (this.#hot.get(list)?.get(n) ?? 0)
  }

  stateOf(list: string, n: number, now: number): EntryState {
    const standing = this.#standing.get(list)?.get(n)
    return standing === undefined ? 'active' : stateAt(standing, now)
  }

  /**
   * The exception that silences this hit, if there is one. A value that several files of an event have is silent only where the pair of each
   * of them is.
   *
   * @param value that hit, as it was looked up
   * @param files SHA-256 of each file that has the value; undefined where a file's is not known
   */
  exceptionOf(
    hit: { readonly list: string; readonly n: number },
    value: string,
    files: readonly (string | undefined)[],
    now: number,
  ): Exception | undefined {
    const own = (this.#exceptions.get(hit.list)?.get(hit.n) ?? NONE).filter(({ endsAt }) => now < endsAt)
    if (own.length === 0) return undefined
    const pdq = parsePdq(value)
    const byLook = own.find((one) => {
      const about = one.pdq === null ? undefined : parsePdq(one.pdq)
      return pdq !== undefined && about !== undefined && distanceBits(pdq, about) <= EXCEPTION_BITS
    })
    if (byLook !== undefined) return byLook
    const byFile = files.map((sha256) => {
      const key = sha256 === undefined ? undefined : this.#keyOf(sha256)
      return own.find(({ fileKey }) => fileKey !== null && fileKey === key)
    })
    return byFile.every((one) => one !== undefined) ? byFile[0] : undefined
  }
}

/** What an entry is at one instant: nobody has to do anything for it to expire, or to come back when nobody has said again that it is aside. */
export function stateAt({ state, untilAt, expiresAt }: Omit<Standing, 'list' | 'n'>, now: number): EntryState {
  if (state === 'withdrawn') return state
  if (expiresAt !== null && now >= expiresAt) return 'expired'
  return state === 'aside' && untilAt !== null && now >= untilAt ? 'active' : state
}

/** Such an entry is passed over: what is looked up may still be near another one. */
export const isPassed = (state: EntryState): boolean => state !== 'active' && state !== 'disputed'
