import type { Act, Role, Scope } from '@lamplighter/api'

/**
 * What a role may: `yes`, `read`, only its `own` objects, `second` when another person agrees, `grant` where the lane names the role,
 * `noContent` = read without content.
 */
export type Level = 'yes' | 'read' | 'own' | 'second' | 'grant' | 'noContent'

export interface ActRow {
  /** Everyone, signed in or not. */
  readonly public?: true
  readonly roles?: Readonly<Partial<Record<Role, Level>>>
  /** A key needs one of these. A key has no row anywhere else (security.md §4). */
  readonly scopes?: readonly Scope[]
  /** A link that opens one matter. */
  readonly link?: true
  /** The operator on the server's own socket (decisions.md 20). Never where content is shown. */
  readonly operator?: true
  readonly touch?: true
  /** Exists in demo mode only. */
  readonly demoOnly?: true
  /** Refused as `not_found`, so that existence is not told. */
  readonly secret?: true
}

const everyRole = (level: Level): Record<Role, Level> => ({
  reviewer: level,
  lead: level,
  'child-safety': level,
  legal: level,
  auditor: level,
  admin: level,
})
const deciders = { reviewer: 'yes', lead: 'yes', 'child-safety': 'yes' } as const
const records = {
  reviewer: 'own',
  lead: 'read',
  'child-safety': 'read',
  legal: 'read',
  auditor: 'read',
  admin: 'noContent',
} as const
const administration = { auditor: 'read', admin: 'yes' } as const

/** Who may do what: the only place that knows (security.md §2, console.md §11). */
export const acts: Readonly<Record<Act, ActRow>> = {
  public: { public: true },
  'link.open': { link: true, secret: true },
  'screen.send': { scopes: ['screen'] },
  'events.send': { scopes: ['events'] },
  'reports.send': { scopes: ['reports'] },
  'appeals.send': { scopes: ['appeals'] },
  'media.put': { scopes: ['screen', 'events'] },
  'media.get': { scopes: ['screen', 'events'] },
  'media.delete': { scopes: ['screen', 'events'] },
  'hash.make': { scopes: ['hash'] },
  'match.ask': { scopes: ['match', 'match:sealed'], operator: true },
  // Which lists one may ask who may ask at all.
  'match.open': { scopes: ['match', 'compat.hma', 'compat.hma.write'], operator: true },
  'match.sealed': { scopes: ['match:sealed'], operator: true },
  'hma.use': { scopes: ['compat.hma'] },
  // A key that asks must not be able to change what it is answered.
  'hma.write': { scopes: ['compat.hma.write'] },
  'actions.read': { scopes: ['actions'] },
  'actions.ack': { scopes: ['actions'] },
  'policies.read': { scopes: ['policies'], roles: everyRole('read'), operator: true },
  'receipts.read': { scopes: ['accounts'], roles: records, operator: true },
  'me.read': { roles: everyRole('own') },
  'me.change': { roles: everyRole('own') },
  'live.read': { roles: everyRole('read') },
  'lanes.read': { roles: deciders },
  'cases.read': { roles: deciders },
  'cases.work': { roles: deciders },
  'cases.decide': { roles: deciders },
  'decisions.undo': { roles: { reviewer: 'own', lead: 'yes', 'child-safety': 'yes' } },
  'decisions.reverse': { roles: { reviewer: 'own', lead: 'yes', 'child-safety': 'yes' } },
  'decisions.explain': { roles: records },
  'appeals.decide': { roles: { reviewer: 'grant', lead: 'yes', 'child-safety': 'yes' } },
  'reveals.make': { roles: deciders },
  'reveals.serve': { roles: deciders },
  'rules.check': { roles: { lead: 'yes', 'child-safety': 'yes', legal: 'yes' }, operator: true },
  'rules.read': { roles: { lead: 'yes', 'child-safety': 'yes', legal: 'yes', auditor: 'read' }, operator: true },
  'rules.write': { roles: { lead: 'yes', 'child-safety': 'yes', legal: 'yes' }, operator: true },
  'rules.approve': { roles: { lead: 'yes', 'child-safety': 'yes', legal: 'yes' }, touch: true },
  'rules.live': { roles: { lead: 'yes', 'child-safety': 'yes', legal: 'yes' }, operator: true, touch: true },
  // One lead, at once, without a touch: what goes wrong is stopped first.
  'rules.rollback': { roles: { lead: 'yes' }, operator: true },
  'rules.pause': { roles: { lead: 'yes' }, operator: true },
  'rules.put': { operator: true },
  'people.read': { roles: administration, operator: true },
  'people.manage': { roles: { admin: 'yes' }, operator: true, touch: true },
  'keys.manage': { roles: { admin: 'yes' }, operator: true, touch: true },
  'connections.read': { roles: administration, operator: true },
  'connections.manage': { roles: { admin: 'yes' }, operator: true, touch: true },
  'lists.read': { roles: { lead: 'yes', 'child-safety': 'yes', auditor: 'read' }, operator: true },
  'lists.edit': { roles: { lead: 'yes', 'child-safety': 'yes' }, operator: true },
  'exchanges.read': {
    roles: { lead: 'yes', 'child-safety': 'yes', auditor: 'read', admin: 'yes' },
    operator: true,
  },
  'exchanges.manage': { roles: { admin: 'yes' }, operator: true, touch: true },
  // Another person than who set it up, and of which duty, hangs on the lists: the work looks at both.
  'exchanges.approve': { roles: { lead: 'yes', 'child-safety': 'yes' }, operator: true, touch: true },
  'exchanges.feedback': { roles: { lead: 'yes', 'child-safety': 'yes' } },
  // Of whom a sealed list wants two, the work sees.
  'exchanges.share': { roles: { lead: 'yes', 'child-safety': 'yes' }, operator: true },
  'exchanges.pull': { roles: { lead: 'yes', 'child-safety': 'yes', admin: 'yes' }, operator: true },
  'settings.read': { roles: administration, operator: true },
  'settings.edit': { roles: { admin: 'yes' }, operator: true, touch: true },
  'switches.read': { roles: { lead: 'yes', legal: 'yes', auditor: 'read', admin: 'read' }, operator: true },
  'switches.propose': { roles: { legal: 'yes' }, operator: true, touch: true },
  // Another person than who asked, and one of the two of the role legal: the work looks at both.
  'switches.approve': { roles: { lead: 'yes', legal: 'yes' }, touch: true },
  'log.read': { roles: records, operator: true },
  'log.repair': { operator: true },
  // No role may: whoever runs the machine answers for what is gone for good.
  'accounts.erase': { operator: true },
  'restore.resume': { roles: { admin: 'yes' }, operator: true, touch: true },
  'jobs.read': { roles: everyRole('read'), operator: true },
  'demo.use': { roles: everyRole('yes'), operator: true, demoOnly: true },
  'metrics.read': { scopes: ['metrics'], operator: true },
}
