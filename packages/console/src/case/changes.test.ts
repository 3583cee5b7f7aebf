import { expect, test } from 'vitest'
import { caseAt } from '../../dev/cases.ts'
import { caseName, caseNumber, wordsOf } from './case-number.ts'
import { changedBy, changesOf } from './changes.ts'

const was = caseAt(1042, 1_000_000_000)

test('a moved claim or a new revision alone is no difference', () => {
  const is = { ...was, revision: 9, state: 'claimed' as const, claim: { by: 'R-7', mine: true, until: 1 } }
  expect(changesOf(was, is)).toEqual([])
})

test('console 49: what is new is named, and who did it and when', () => {
  const is = {
    ...was,
    revision: 4,
    reports: { ...was.reports, count: 5 },
    notes: [...was.notes, { at: 5, by: 'R-12', text: 'x' }],
    history: [...was.history, { at: 7, by: 'R-12', words: 'merged three reports', step: null }],
  }
  expect(changesOf(was, is)).toEqual([
    { what: 'reports', count: 3 },
    { what: 'notes', count: 1 },
  ])
  expect(changedBy(was, is)).toEqual({ by: 'R-12', at: 7 })
})

test('changed evidence is named by its reference, added evidence is counted', () => {
  const [first, ...others] = was.evidence
  if (first === undefined) throw new Error('no evidence')
  const is = { ...was, evidence: [{ ...first, state: 'removed' }, ...others, { ...first, ref: 'E9' }] }
  expect(changesOf(was, is)).toEqual([
    { what: 'evidence', count: 1 },
    { what: 'evidence-changed', refs: ['E1'] },
  ])
})

test('a case decided by somebody else says so', () => {
  expect(changesOf(was, { ...was, state: 'decided' })).toEqual([{ what: 'decided' }])
})

test('nobody is named when the history tells nothing new', () => {
  expect(changedBy(was, { ...was, dueAt: 1 })).toBeNull()
})

test('case numbers are read as staff write them', () => {
  expect(caseName(1042)).toBe('C-1042')
  expect(['C-1042', 'c1042', 'C-01', '1042', 'C-', 'C-1042x'].map(caseNumber)).toEqual([
    1042,
    1042,
    null,
    null,
    null,
    null,
  ])
  expect(wordsOf('child_abuse-seen')).toBe('child abuse seen')
})
