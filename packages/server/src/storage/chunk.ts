import type { Form } from './seam.ts'

/** One event as it goes into the stream. */
export interface NewRecord {
  /** Orders and spreads: records of one key are read in the order they were appended. */
  readonly key: string
  /** When it was accepted, milliseconds since 1970. */
  readonly at: number
  /** Pieces that stand one behind the other: what is written together need not be put together before. */
  readonly body: readonly Uint8Array[]
  /** `done`: the gate has judged it already. */
  readonly gate?: 'done'
}

export interface StoredRecord extends Omit<NewRecord, 'body'> {
  readonly offset: number
  /** Null: the chunk cannot be opened, its key is gone or its bytes have changed. */
  readonly body: Uint8Array | null
}

/** Records of one partition that are appended together: one row, its body encoded and sealed. */
export interface Chunk {
  readonly part: number
  /** How many records it holds. */
  readonly n: number
  /** When its oldest record was accepted. */
  readonly oldestAt: number
  readonly body: Uint8Array
}

/** Seals a chunk's bytes and opens them again. A chunk is sealed as a whole: that costs a tenth of sealing its events one by one. */
export interface ChunkSeal {
  /** @param at milliseconds since 1970, when the chunk is made */
  seal(at: number, bytes: Uint8Array): Promise<Uint8Array>
  open(sealed: Uint8Array): Promise<Uint8Array>
}

/** Leaves bytes as they are. */
export const unsealed: ChunkSeal = { seal: async (_at, bytes) => bytes, open: async (bytes) => bytes }

// One record: flags u8 · at f64 · key length u16 · body length u32 · key · body, numbers big-endian.
const HEAD_BYTES = 15
const GATE_DONE = 1
const decoder = new TextDecoder('utf-8', { fatal: true })

const MOST_KEY_BYTES = 0xffff

/** @throws RangeError for a key over 65,535 bytes */
export function assertWritable(records: readonly NewRecord[]): void {
  for (const { key } of records) {
    // A letter takes three bytes at most.
    if (key.length * 3 > MOST_KEY_BYTES && Buffer.byteLength(key) > MOST_KEY_BYTES)
      throw new RangeError('a stream key has at most 65,535 bytes')
  }
}

/** Records that were appended together, as the bytes of one row. */
export function encodeChunk(records: readonly NewRecord[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const { key, body } of records) size += HEAD_BYTES + Buffer.byteLength(key) + lengthOf(body)
  const chunk = new Uint8Array(size)
  const bytes = Buffer.from(chunk.buffer)
  let at = 0
  for (const { key, at: time, body, gate } of records) {
    const keyBytes = bytes.write(key, at + HEAD_BYTES)
    bytes.writeUInt8(gate === 'done' ? GATE_DONE : 0, at)
    bytes.writeDoubleBE(time, at + 1)
    bytes.writeUInt16BE(keyBytes, at + 9)
    bytes.writeUInt32BE(lengthOf(body), at + 11)
    at += HEAD_BYTES + keyBytes
    for (const piece of body) {
      chunk.set(piece, at)
      at += piece.length
    }
  }
  return chunk
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  let length = 0
  for (const piece of pieces) length += piece.length
  return length
}

/** The records of a row, numbered from `firstOffset`. The bytes are our own; a short row throws RangeError. */
export function decodeChunk(bytes: Uint8Array, firstOffset: number): StoredRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: StoredRecord[] = []
  let at = 0
  while (at < bytes.length) {
    const keyEnd = at + HEAD_BYTES + view.getUint16(at + 9)
    const end = keyEnd + view.getUint32(at + 11)
    if (end > bytes.length) throw new RangeError(`chunk ends within record ${firstOffset + records.length}`)
    records.push({
      offset: firstOffset + records.length,
      key: decoder.decode(bytes.subarray(at + HEAD_BYTES, keyEnd)),
      at: view.getFloat64(at + 1),
      body: bytes.slice(keyEnd, end),
      ...(view.getUint8(at) === GATE_DONE ? { gate: 'done' as const } : {}),
    })
    at = end
  }
  return records
}

// Chunks on their way to the database: part u32 · n u32 · oldestAt f64 · length u32 · body, one behind the other. A clone costs several
// times more, and nothing is sent as often.
const CHUNK_HEAD = 20

export const chunksForm: Form<readonly Chunk[]> = {
  toBytes(chunks) {
    const bytes = new Uint8Array(chunks.reduce((size, { body }) => size + CHUNK_HEAD + body.length, 0))
    const view = new DataView(bytes.buffer)
    let at = 0
    for (const { part, n, oldestAt, body } of chunks) {
      view.setUint32(at, part)
      view.setUint32(at + 4, n)
      view.setFloat64(at + 8, oldestAt)
      view.setUint32(at + 16, body.length)
      bytes.set(body, at + CHUNK_HEAD)
      at += CHUNK_HEAD + body.length
    }
    return bytes
  },
  fromBytes(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const chunks: Chunk[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = at + CHUNK_HEAD + view.getUint32(at + 16)
      if (end > bytes.length) throw new RangeError(`the bytes end within chunk ${chunks.length}`)
      const body = bytes.subarray(at + CHUNK_HEAD, end)
      chunks.push({ part: view.getUint32(at), n: view.getUint32(at + 4), oldestAt: view.getFloat64(at + 8), body })
      at = end
    }
    return chunks
  },
}
