import type { Act } from '@lamplighter/api'
import { expect, test } from 'vitest'
import { acts } from '../../server/src/http/acts.ts'
import { en } from '../src/messages/en.ts'
import { mayReadRules, mayReview, pagesFor, reviewers, rolesOf, rulers } from '../src/pages/settings/pages.ts'

const every = ['reviewer', 'lead', 'child-safety', 'legal', 'auditor', 'admin'] as const
const actsOf = (role: (typeof every)[number]): string[] =>
  Object.entries(acts).flatMap(([act, { roles }]) => (roles?.[role] === undefined ? [] : [act]))

test.each(every)(
  'a page says that it needs the role %s where the server lets that role in, and nowhere else',
  (role) => {
    const all = pagesFor(Object.keys(acts) as Act[])
    expect(all.filter((page) => rolesOf(page).includes(role))).toEqual(pagesFor(actsOf(role)))
    expect(reviewers.includes(role)).toBe(mayReview(actsOf(role)))
    expect(rulers.includes(role)).toBe(mayReadRules(actsOf(role)))
  },
)

test('everybody has a first page; an administrator’s is the one with the people', () => {
  for (const role of every)
    expect([role, mayReview(actsOf(role)) || pagesFor(actsOf(role)).length > 0]).toEqual([role, true])
  expect([mayReview(actsOf('admin')), pagesFor(actsOf('admin'))[0]]).toEqual([false, 'people'])
})

test('the roles of a page are told as one reads them', () => {
  expect(en.forbidden.needs(rulers.map((role) => en.role[role]))).toBe(
    'This page needs the role lead, child safety, legal or auditor.',
  )
})
