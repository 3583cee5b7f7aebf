import { createHash, hash } from 'node:crypto'

const LANES = 1_024
const BYTES = 2 * LANES

/**
 * What a version of a list holds, as a sum: entries come and go, in any order, without the others being read. It is LtHash16 with 1,024 lanes
 * (Lewi, Kim, Maykov, Weis: "Securing Update Propagation with Homomorphic Hashing", 2019): each fingerprint becomes 2,048 bytes by SHAKE128, read
 * as 1,024 numbers of 16 bits, the low byte first, which are added lane by lane. Two sets with one sum are as hard to find as two texts with one
 * SHAKE128.
 */
export class EntrySum {
  readonly #lanes: Uint16Array

  /** @param bytes as `bytes()` gave them; of no entries where left out */
  constructor(bytes: Uint8Array = new Uint8Array(BYTES)) {
    if (bytes.length !== BYTES) throw new RangeError(`a sum has ${BYTES} bytes, not ${bytes.length}`)
    this.#lanes = Uint16Array.from(
      { length: LANES },
      (_, lane) => (bytes[2 * lane] ?? 0) | ((bytes[2 * lane + 1] ?? 0) << 8),
    )
  }

  add(fingerprint: string): void {
    const more = spread(fingerprint)
    for (let lane = 0; lane < LANES; lane += 1) this.#lanes[lane] = (this.#lanes[lane] ?? 0) + (more[lane] ?? 0)
  }

  take(fingerprint: string): void {
    const less = spread(fingerprint)
    for (let lane = 0; lane < LANES; lane += 1) this.#lanes[lane] = (this.#lanes[lane] ?? 0) - (less[lane] ?? 0)
  }

  copy(): EntrySum {
    return new EntrySum(this.bytes())
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(BYTES)
    for (const [lane, value] of this.#lanes.entries()) {
      bytes[2 * lane] = value & 0xff
      bytes[2 * lane + 1] = value >>> 8
    }
    return bytes
  }

  /** SHA-256 of the sum: what a version is named by, in hex. */
  digest(): string {
    return createHash('sha256').update(this.bytes()).digest('hex')
  }
}

/** The lanes of one fingerprint, taken as text. */
function spread(fingerprint: string): Uint16Array {
  const bytes = hash('shake128', fingerprint, { outputEncoding: 'buffer', outputLength: BYTES })
  // A view costs nothing; the machines that Node runs on put the low byte first, and a buffer of this size begins on an even place.
  return new Uint16Array(bytes.buffer, bytes.byteOffset, LANES)
}
