import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hmac, sha256 } from './sha256.ts'

describe('our own SHA-256', () => {
  it("equals the runtime's at every length around the blocks", () => {
    for (let length = 0; length < 300; length += 1) {
      const message = Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 256)
      expect(Buffer.from(sha256(message))).toEqual(createHash('sha256').update(message).digest())
    }
  })

  it('equals it for a mebibyte', () => {
    const message = new Uint8Array(1024 * 1024).fill(0xa5)
    expect(Buffer.from(sha256(message))).toEqual(createHash('sha256').update(message).digest())
  })

  it("has the runtime's HMAC", () => {
    for (const length of [0, 1, 55, 64, 200]) {
      const message = new Uint8Array(length).fill(3)
      const key = new Uint8Array(32).fill(length)
      expect(Buffer.from(hmac(key, message))).toEqual(createHmac('sha256', key).update(message).digest())
    }
  })
})
