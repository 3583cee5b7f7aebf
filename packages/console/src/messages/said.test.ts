import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sayer } from './said.ts'
import { shippedDe } from './shipped.de.ts'

const say = sayer([
  ['Harassment', 'Belästigung'],
  ['{item.id} of {actor.id} (listed)', 'von {actor.id}: {item.id}'],
  ['{a}, then {b}', '{b} nach {a}'],
])

describe('what the server says in words', () => {
  test('is said in the words of the reader, with what stood in its gaps', () => {
    expect(say('Harassment')).toBe('Belästigung')
    expect(say('p-1 of kestrel (listed)')).toBe('von kestrel: p-1')
    expect(say('x\ny, then z')).toBe('z nach x\ny')
  })

  test('stays as it is written where somebody else wrote it, or only a part is ours', () => {
    for (const text of ['Harassment of staff', 'p-1 of kestrel listed', 'see: p-1 of kestrel (listed)!', ''])
      expect(say(text)).toBe(text)
  })

  test('what stands in a gap is put there as it is, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        fc.pre(!id.includes(' of '))
        expect(say(`${id} of kestrel (listed)`)).toBe(`von kestrel: ${id}`)
      }),
    )
  })
})

test('each German sentence has the gaps of the English one, and no text is there twice', () => {
  const gapsOf = (text: string) => [...text.matchAll(/\{[^}]*\}/g)].map(([gap]) => gap).toSorted()
  for (const [said, shown] of shippedDe) expect([said, gapsOf(shown)]).toEqual([said, gapsOf(said)])
  expect(new Set(shippedDe.map(([said]) => said)).size).toBe(shippedDe.length)
})
