import { DigestShard, type HashOf } from './digest-shard.ts'
import type { Digest } from './digests.ts'

/** So many that each grows within milliseconds, also in a table of ten million. */
const SHARDS = 256
const LONGEST = 32
/** Random numbers that a table wants: one for each value of each byte. */
export const SECRET_WORDS = 256 * LONGEST

/**
 * Which entries of a list stand for a file with this digest. Some 50 bytes a digest: at ten million, strings in a map would take 3 GB, and the
 * collector would walk through them again and again.
 */
export class DigestTable {
  readonly #hashOf: HashOf
  /** By bytes of a digest, then by shard. */
  readonly #shards = new Map<number, (DigestShard | undefined)[]>()
  readonly #key = new Uint8Array(LONGEST)

  /** @param secret `SECRET_WORDS` random numbers that nobody outside can tell; tables may share them */
  constructor(secret: Uint32Array) {
    if (secret.length !== SECRET_WORDS)
      throw new RangeError(`expected ${SECRET_WORDS} random numbers, found ${secret.length}`)
    this.#hashOf = tabulation(secret)
  }

  /** Digests held. */
  get size(): number {
    return this.#sumOf((shard) => shard.rows)
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.#sumOf((shard) => shard.bytes)
  }

  #sumOf(of: (shard: DigestShard) => number): number {
    let sum = 0
    for (const shards of this.#shards.values()) for (const shard of shards) if (shard !== undefined) sum += of(shard)
    return sum
  }

  add(digest: Digest, entry: number): void {
    const key = this.#keyOf(digest)
    const shards = this.#shards.get(key.length) ?? Array.from<DigestShard | undefined>({ length: SHARDS })
    this.#shards.set(key.length, shards)
    const place = this.#hashOf(key) % SHARDS
    const shard = shards[place] ?? new DigestShard(key.length, this.#slotHash)
    shards[place] = shard
    shard.add(key, entry)
  }

  remove(digest: Digest, entry: number): void {
    const key = this.#keyOf(digest)
    this.#shardOf(key)?.remove(key, entry)
  }

  find(digest: Digest): readonly number[] {
    const key = this.#keyOf(digest)
    return this.#shardOf(key)?.find(key) ?? []
  }

  #shardOf(key: Uint8Array): DigestShard | undefined {
    return this.#shards.get(key.length)?.[this.#hashOf(key) % SHARDS]
  }

  /** The bits that do not say which shard it is. */
  readonly #slotHash: HashOf = (key) => Math.floor(this.#hashOf(key) / SHARDS)

  /** Holds until the next one is asked for. */
  #keyOf(digest: Digest): Uint8Array {
    const width = digest.length / 2
    for (let i = 0; i < width; i += 1)
      this.#key[i] = (nibble(digest.charCodeAt(2 * i)) << 4) | nibble(digest.charCodeAt(2 * i + 1))
    return this.#key.subarray(0, width)
  }
}

/** Of one lower-case hex digit. */
const nibble = (code: number): number => (code < 58 ? code - 48 : code - 87)

/**
 * A hash that nobody outside knows: the random numbers of each value of each byte, added without carry (simple tabulation). So a source of entries
 * cannot choose digests that all want one slot.
 */
function tabulation(secret: Uint32Array): HashOf {
  return (key) => {
    let hash = 0
    for (let i = 0; i < key.length; i += 1) hash ^= secret[256 * i + (key[i] ?? 0)] ?? 0
    return hash >>> 0
  }
}
