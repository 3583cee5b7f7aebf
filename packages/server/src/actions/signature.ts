import { createHmac } from 'node:crypto'

/** `whsec_` and 32 random bytes in base64 (Standard Webhooks 1.0). */
export function webhookSecret(random: Uint8Array): string {
  return `whsec_${Buffer.from(random).toString('base64')}`
}

/**
 * The headers of one attempt. During rotation both secrets sign, newest first, separated by a space.
 *
 * @param at of this attempt, milliseconds since 1970; receivers allow five minutes
 * @throws RangeError for a secret that is not `whsec_` and 24 to 64 bytes in base64
 */
export function signedHeaders(
  id: string,
  at: number,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  const seconds = Math.floor(at / 1000)
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', secretBytes(secret)).update(`${id}.${seconds}.${body}`).digest('base64')
    return `v1,${mac}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  }
}

function secretBytes(secret: string): Buffer {
  const bytes = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) ? Buffer.from(secret.slice(6), 'base64') : Buffer.alloc(0)
  if (bytes.length < 24 || bytes.length > 64) throw new RangeError('expected whsec_ and 24 to 64 bytes in base64')
  return bytes
}
