/** One event as it goes into the stream. The body is sealed by the caller; storage never looks inside. */
export interface NewRecord {
  /** Orders and spreads: records of one key are read in the order they were appended. */
  readonly key: string
  /** When it was accepted, milliseconds since 1970. */
  readonly at: number
  readonly body: Uint8Array
  /** `done`: the gate has judged it already. */
  readonly gate?: 'done'
}

export interface StoredRecord extends NewRecord {
  readonly offset: number
}

// One record: flags u8 · at f64 · key length u16 · body length u32 · key · body, numbers big-endian.
const HEAD_BYTES = 15
const GATE_DONE = 1
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

const MOST_KEY_BYTES = 0xffff

/** @throws RangeError for a key over 65,535 bytes */
export function assertWritable(records: readonly NewRecord[]): void {
  for (const { key } of records) {
    if (Buffer.byteLength(key) > MOST_KEY_BYTES) throw new RangeError('a stream key has at most 65,535 bytes')
  }
}

/** Records that were appended together, as the bytes of one row. */
export function encodeChunk(records: readonly NewRecord[]): Uint8Array {
  const keys = records.map((record) => encoder.encode(record.key))
  const size = records.reduce((sum, record, i) => sum + HEAD_BYTES + (keys[i]?.length ?? 0) + record.body.length, 0)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  records.forEach((record, i) => {
    const key = keys[i] ?? new Uint8Array()
    view.setUint8(at, record.gate === 'done' ? GATE_DONE : 0)
    view.setFloat64(at + 1, record.at)
    view.setUint16(at + 9, key.length)
    view.setUint32(at + 11, record.body.length)
    bytes.set(key, at + HEAD_BYTES)
    bytes.set(record.body, at + HEAD_BYTES + key.length)
    at += HEAD_BYTES + key.length + record.body.length
  })
  return bytes
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
