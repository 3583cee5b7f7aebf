import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../http/errors.ts'
import { assertClaim, CLAIM_MS, type ClaimState, claim, isFree, isHeld } from './claim.ts'

const open: ClaimState = { state: 'open', claimedBy: null, claimUntil: 0, excluded: [] }
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act()
  } catch (error) {
    return AppError.from(error).code
  }
  return undefined
}

test('a claim lasts ten minutes and no longer', () => {
  const { claimedBy, claimUntil } = claim(open, 'st_a', 1_000)
  const held: ClaimState = { ...open, state: 'claimed', claimedBy, claimUntil }
  expect(claimUntil).toBe(1_000 + CLAIM_MS)
  expect(codeOf(() => assertClaim(held, 'st_a', claimUntil - 1))).toBeUndefined()
  expect(codeOf(() => assertClaim(held, 'st_a', claimUntil))).toBe('not_claimed')
  expect(claim(held, 'st_b', claimUntil).claimedBy).toBe('st_b')
})

test('what somebody else holds, decided, or was decided by oneself cannot be claimed', () => {
  const held: ClaimState = { ...open, state: 'claimed', claimedBy: 'st_a', claimUntil: 2_000 }
  expect(codeOf(() => claim(held, 'st_b', 1_000))).toBe('not_yours')
  expect(codeOf(() => assertClaim(held, 'st_b', 1_000))).toBe('not_yours')
  expect(codeOf(() => claim({ ...open, state: 'decided' }, 'st_a', 1_000))).toBe('already_decided')
  expect(codeOf(() => assertClaim({ ...held, state: 'decided' }, 'st_a', 1_000))).toBe('already_decided')
  expect(codeOf(() => claim({ ...open, excluded: ['st_a'] }, 'st_a', 1_000))).toBe('first_decider')
  expect(codeOf(() => assertClaim({ ...held, excluded: ['st_a'] }, 'st_a', 1_000))).toBe('first_decider')
})

test('whatever people do and whatever time it is, at most one of them may act', () => {
  const acts = fc.array(fc.record({ who: fc.constantFrom('a', 'b', 'c'), waitMs: fc.nat(CLAIM_MS) }), { maxLength: 20 })
  fc.assert(
    fc.property(acts, fc.uniqueArray(fc.constantFrom('a', 'b')), (list, excluded) => {
      let state: ClaimState = { ...open, excluded }
      let now = 0
      for (const { who, waitMs } of list) {
        now += waitMs
        const code = codeOf(() => {
          state = { ...state, state: 'claimed', ...claim(state, who, now) }
        })
        expect(code === undefined || code === 'not_yours' || code === 'first_decider').toBe(true)
        const may = ['a', 'b', 'c'].filter((one) => codeOf(() => assertClaim(state, one, now)) === undefined)
        expect(may.length).toBe(isHeld(state, now) ? 1 : 0)
        expect(may.some((one) => excluded.includes(one as 'a'))).toBe(false)
        expect(isFree(state, now)).toBe(!isHeld(state, now))
      }
    }),
  )
})
