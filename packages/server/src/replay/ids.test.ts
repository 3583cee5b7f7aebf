import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openedIds, sealedIds } from './ids.ts'

const keysOf = () => ({ mac: createSecretKey(randomBytes(32)), cipher: createSecretKey(randomBytes(32)) })

test('while the keys are there, what stands for an id leads back to it', () => {
  const keys = keysOf()
  const [seal, open] = [sealedIds(keys), openedIds(keys)]
  fc.assert(
    fc.property(fc.constantFrom('account', 'item', 'event'), fc.string({ unit: 'grapheme' }), (thing, id) => {
      expect(open(thing, seal(thing, id))).toBe(id)
    }),
  )
})

test('what was changed, stands for another kind of thing, or belongs to another segment leads nowhere', () => {
  const keys = keysOf()
  const sealed = sealedIds(keys)('account', 'kestrel')
  const open = openedIds(keys)
  const flipped = `${sealed.slice(0, -2)}${sealed.at(-2) === 'A' ? 'B' : 'A'}${sealed.at(-1)}`
  expect(() => open('account', flipped)).toThrow(TypeError)
  expect(() => open('item', sealed)).toThrow(TypeError)
  expect(() => openedIds(keysOf())('account', sealed)).toThrow(TypeError)
})
