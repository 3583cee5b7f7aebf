import { expect, test } from 'vitest'
import { lanesAt } from '../../dev/cases.ts'
import { inOrder } from './lanes.ts'

test('life-threat lanes are pinned first, then what is due first, then what is empty', () => {
  expect(inOrder(lanesAt(1_000_000_000, false).lanes).map(({ id }) => id)).toEqual([
    'life-at-risk',
    'unscreened-media',
    'threats',
    'reports',
    'appeals',
    'notices',
  ])
})
