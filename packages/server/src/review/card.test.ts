import { expect, it } from 'vitest'
import { toldInWords } from './card.ts'

it('tells the person affected what was decided, and nothing of those who reported', () => {
  for (const choice of ['remove', 'warn', 'limit', 'suspend'] as const) {
    expect(toldInWords(choice)).toHaveLength(1)
    expect(toldInWords(choice).join()).not.toMatch(/report|tell/)
  }
})
