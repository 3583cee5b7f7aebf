import { type Act, acts, getMe, type Role, roles } from '@lamplighter/api'

export const id = (prefix: string, number: number): string => `${prefix}_${String(number).padStart(26, '0')}`

const work: Act[] = [
  'me.read',
  'me.change',
  'live.read',
  'lanes.read',
  'cases.read',
  'cases.work',
  'cases.decide',
  'decisions.undo',
  'decisions.reverse',
  'reveals.make',
  'demo.use',
]

const may: Record<Role, Act[]> = {
  reviewer: work,
  lead: [...work, 'appeals.decide', 'lists.read', 'rules.read', 'rules.check', 'log.read'],
  'child-safety': [...work, 'appeals.decide', 'lists.read'],
  legal: ['me.read', 'me.change', 'live.read', 'demo.use', 'rules.read', 'log.read'],
  auditor: acts.filter((act) => act.endsWith('.read') || act === 'demo.use'),
  admin: acts.filter((act) => !/^(cases|lanes|reveals|appeals|decisions)\./.test(act)),
}

/** The person as one role sees itself; `all` is a made-up mixture for looking at every page. */
export function meAs(role: Role | 'all', now: number) {
  return getMe.answer.parse({
    id: id('st', 7),
    staff: 'R-7',
    name: 'Robin (made up)',
    roles: role === 'all' ? ['lead', 'admin'] : [role],
    demo: true,
    lookAs: roles,
    platform: 'Harbour',
    sessionUntil: now + 12 * 3_600_000,
    exposure: { full: 3, seconds: 14 },
    lifeThreat: { open: 1, oldestAt: now - 26 * 60_000, overdue: 1 },
    acts: role === 'all' ? [...acts] : may[role],
  })
}
