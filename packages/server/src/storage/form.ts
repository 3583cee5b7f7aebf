import { deserialize, serialize } from 'node:v8'
import type { Form } from './seam.ts'

/** The structured clone of a value as bytes, in a buffer of its own; none for undefined. Throws for what cannot be cloned (functions, sockets). */
export function toWire(value: unknown): Uint8Array<ArrayBuffer> {
  return value === undefined ? new Uint8Array() : serialize(value)
}

/** The value back. The bytes come from this process or from its own database. */
export function fromWire(bytes: Uint8Array): unknown {
  return bytes.length === 0 ? undefined : deserialize(bytes)
}

/** The form that any value has that can be cloned. What comes back is what went in, so its type is too. */
export const cloned = <T>(): Form<T> => ({ toBytes: toWire, fromBytes: (bytes) => fromWire(bytes) as T })
