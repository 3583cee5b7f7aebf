import type { Pdq } from '@lamplighter/matching'
import pg from 'pg'
import { sha256Hex } from '../../http/crypto.ts'
import { fingerprintOf } from '../../signals/lists/fingerprints.ts'
import type { Place } from '../../storage/testing/engines.ts'
import { type Acknowledged, type Asked, UNKNOWN } from './asking.ts'

/** A change, and the process that made it. */
export interface Change extends Acknowledged {
  readonly by: number
}

/** Numbers of the entries of a version, by value. */
export type Entries = ReadonlyMap<Pdq, number>

/** What the database says of a list, read past everything. */
export class Truth {
  readonly #client: pg.Client
  readonly #list: string
  /** A value is erased soon after it was removed, so it is noted while it is there. */
  readonly #values = new Map<number, Pdq>()

  readonly #byFingerprint: ReadonlyMap<string, Pdq>

  private constructor(client: pg.Client, list: string, drawn: readonly Pdq[]) {
    this.#client = client
    this.#list = list
    // Values lie sealed; whoever has them knows them by their fingerprint.
    this.#byFingerprint = new Map(drawn.map((value) => [sha256Hex(value), value]))
  }

  static async of({ url, schema }: Place, list: string, drawn: readonly Pdq[]): Promise<Truth> {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(`set search_path = ${schema}`)
    return new Truth(client, list, drawn)
  }

  async note(): Promise<void> {
    const sql = 'select n, fingerprint from list_entries where list = $1 and n > $2'
    const { rows } = await this.#client.query(sql, [this.#list, Math.max(0, ...this.#values.keys())])
    for (const { n, fingerprint } of rows) {
      const value = this.#byFingerprint.get(fingerprintOf({ fingerprint }))
      if (value !== undefined) this.#values.set(Number(n), value)
    }
  }

  /** What each version held. */
  async versions(): Promise<ReadonlyMap<number, Entries>> {
    const { rows } = await this.#client.query('select n, since, gone from list_entries where list = $1', [this.#list])
    const made = await this.#client.query('select version from list_versions where list = $1', [this.#list])
    return new Map(
      made.rows.map(({ version }) => {
        const of = rows.filter(
          ({ since, gone }) => Number(since) <= Number(version) && !(Number(gone ?? Infinity) <= Number(version)),
        )
        return [Number(version), new Map(of.flatMap(({ n }) => numbered(this.#values.get(Number(n)), Number(n))))]
      }),
    )
  }

  async close(): Promise<void> {
    await this.#client.end()
  }
}

const numbered = (value: Pdq | undefined, n: number): [Pdq, number][] => (value === undefined ? [] : [[value, n]])

export interface Found {
  readonly faults: readonly string[]
  readonly hits: number
  readonly misses: number
  readonly p99Ms: number
  /** The longest time from a change's acknowledgement to the last answer of an older version in the other process. */
  readonly heardMs: number
  /** Versions that hits named. */
  readonly told: number
}

/**
 * Compares what a process answered with what ran at that moment: no version from before the last change that it had to know of, none that nobody
 * had begun to make, and none that is older than what it has told already.
 */
export function findingsOf(of: {
  readonly asked: Asked
  readonly process: number
  readonly changes: readonly Change[]
  readonly versions: ReadonlyMap<number, Entries>
  readonly values: readonly Pdq[]
  readonly heardMs: number
  /** Answers from before are not looked at: the process was still starting. */
  readonly from: number
}): Found {
  const { asked, changes, versions } = of
  const faults: string[] = []
  const told = new Set<number>()
  let [hits, misses, heardMs, newest] = [0, 0, 0, 0]
  for (const [i, place] of asked.value.entries()) {
    const begunAt = asked.begunAt[i] ?? 0
    const endedAt = asked.endedAt[i] ?? 0
    if (begunAt < of.from) continue
    const known = changes.findLast((change) => change.endedAt + (change.by === of.process ? 0 : of.heardMs) < begunAt)
    const from = Math.max(known?.version ?? 0, newest)
    const upTo = changes.findLast((change) => change.begunAt <= endedAt)?.version ?? 0
    const value = of.values[place]
    const entryIn = (version: number) => (value === undefined ? undefined : versions.get(version)?.get(value))
    const version = asked.version[i] ?? 0
    if (version > 0) {
      hits += 1
      told.add(version)
      newest = Math.max(newest, version)
      const next = changes.find((change) => change.version > version)
      if (next !== undefined && next.by !== of.process) heardMs = Math.max(heardMs, begunAt - next.endedAt)
      if (version < from || version > upTo) faults.push(`a hit of version ${version}, when ${from} to ${upTo} may run`)
      else if (entryIn(version) !== asked.entry[i])
        faults.push(`entry ${asked.entry[i]} in version ${version}, which has ${entryIn(version)}`)
      continue
    }
    if (asked.entry[i] === UNKNOWN) {
      faults.push('unknown, though the list runs')
      continue
    }
    misses += 1
    const may = [...versions.keys()].filter((one) => one >= from && one <= upTo)
    if (!may.some((one) => entryIn(one) === undefined)) faults.push(`no hit, though versions ${may} have the entry`)
  }
  return { faults, hits, misses, p99Ms: p99Of(asked), heardMs, told: told.size }
}

function p99Of({ begunAt, endedAt }: Asked): number {
  const took = begunAt.map((at, i) => (endedAt[i] ?? at) - at).toSorted()
  return took[Math.floor(0.99 * took.length)] ?? Number.POSITIVE_INFINITY
}
