import { expect, test } from 'vitest'
import { hashes } from '../signals/pictures/testing/hashes.ts'
import { Needles } from './testing/needles.ts'

const [pdq = ''] = hashes(1, 91)
const md5 = '0123456789abcdef0123456789abcdef'

test('a value is found in every form, wherever it stands', () => {
  const needles = new Needles([pdq, md5, 'quayword'])
  const ways: readonly ((value: string) => string | Uint8Array)[] = [
    (value) => `x ${value}`,
    (value) => `x ${value.toUpperCase()} x`,
    ...['', 'x', 'xy'].map((before) => (value: string) => Buffer.from(`${before}${value}xyz`).toString('base64')),
    ...['', 'x', 'xy'].map(
      (before) => (value: string) => Buffer.from(`${before}${value.toUpperCase()}`).toString('base64url'),
    ),
  ]
  for (const value of [pdq, md5, 'quayword'])
    for (const [n, way] of ways.entries())
      expect([value, n, needles.in(way(value)).length > 0]).toEqual([value, n, true])
  for (const value of [pdq, md5]) {
    const bytes = Buffer.from(value, 'hex')
    for (const way of [
      bytes,
      bytes.toString('base64'),
      `{"x":"${Buffer.concat([Buffer.from('ab'), bytes, bytes]).toString('base64')}`,
    ])
      expect(needles.in(way)).not.toEqual([])
  }
  expect(needles.in(`${pdq.slice(0, -1)} ${md5.slice(1)} ${Buffer.from('quay').toString('base64')}`)).toEqual([])
})
