import { describe, expect, test } from 'vitest'
import { apartView } from './apart.ts'
import { view } from './views.ts'

describe('words put together by signs', () => {
  test('stand apart again, and each blank leads back to its signs', () => {
    const apart = apartView(view('a__b -c d- e...f g.h i/j', 'leet'))
    expect(apart?.text).toBe('a b -c d- e...f g h i j')
    expect([apart?.from[1], apart?.to[1], apart?.from[2]]).toEqual([1, 3, 3])
  })

  test.each(["don't", 'plain words', 'a____b', 'x, y', '-a-', ''])('there are none in "%s"', (text) => {
    expect(apartView(view(text, 'leet'))).toBeUndefined()
  })
})
