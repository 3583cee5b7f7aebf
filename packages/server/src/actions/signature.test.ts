import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { signedHeaders, webhookSecret } from './signature.ts'

const body = '{"test": 2432232314}'

test('ecosystem 5: the vector of §3.1', () => {
  const at = 1_614_265_330_000
  const headers = signedHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', at, body, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  expect(headers['webhook-timestamp']).toBe('1614265330')
})

describe('ecosystem 5: the reference library', () => {
  const secret = webhookSecret(randomBytes(32))
  const verify = (headers: Record<string, string>, text = body, by = secret) => new Webhook(by).verify(text, headers)

  test('accepts ours', () => {
    expect(verify(signedHeaders('msg_1', Date.now(), body, [secret]))).toEqual({ test: 2432232314 })
  })

  test.each([
    ['a changed body', 0, `${body} `],
    ['a time six minutes ago', -360_000, body],
    ['a time six minutes ahead', 360_000, body],
  ])('refuses %s', (_what, offMs, text) => {
    expect(() => verify(signedHeaders('msg_1', Date.now() + offMs, body, [secret]), text)).toThrow()
  })

  test('security S-30: accepts a call under either secret during rotation, and under no other', () => {
    const next = webhookSecret(randomBytes(32))
    const headers = signedHeaders('msg_1', Date.now(), body, [next, secret])
    expect(verify(headers, body, secret)).toEqual(verify(headers, body, next))
    expect(() => verify(headers, body, webhookSecret(randomBytes(32)))).toThrow()
  })
})

test.each(['', 'whsec_', 'abc', 'whsec_dG9vIHNob3J0', `whsec_${'A'.repeat(100)}`, 'whsec_***'])(
  'nothing is signed with a wrong secret: "%s"',
  (secret) => {
    expect(() => signedHeaders('msg_1', 0, body, [secret])).toThrow(RangeError)
  },
)
