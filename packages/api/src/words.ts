import { z } from 'zod'

export const roles = ['reviewer', 'lead', 'child-safety', 'legal', 'auditor', 'admin'] as const
export const Role = z.enum(roles)
export type Role = z.infer<typeof Role>

export const scopes = [
  ...(['screen', 'events', 'reports', 'appeals', 'actions', 'policies', 'accounts', 'metrics'] as const),
  ...(['hash', 'match', 'match:sealed', 'compat.hma', 'compat.hma.write'] as const),
] as const
export const Scope = z.enum(scopes)
export type Scope = z.infer<typeof Scope>

/** What the platform can be asked to do (decisions.md 23). */
export const dos = [
  'remove',
  'restore',
  'hold',
  'release',
  'label',
  'unlabel',
  'limit',
  'unlimit',
  'warn',
  'suspend',
  'unsuspend',
  'offer',
] as const
export const Do = z.enum(dos)
export type Do = z.infer<typeof Do>

/** What a reviewer can choose on the decision card. `none` = no action is needed. */
export const choices = ['none', 'remove', 'warn', 'limit', 'suspend'] as const
export const Choice = z.enum(choices)
export type Choice = z.infer<typeof Choice>
/** Choices that are never preselected (console.md §4). */
export const severeChoices: readonly Choice[] = ['suspend']

export const severities = ['low', 'medium', 'high', 'critical'] as const
export const Severity = z.enum(severities)
export type Severity = z.infer<typeof Severity>

export const bands = ['A', 'B', 'C'] as const
export const Band = z.enum(bands)
export type Band = z.infer<typeof Band>

export const verdicts = ['allow', 'limit', 'hold', 'block'] as const
export const Verdict = z.enum(verdicts)
export type VerdictWord = z.infer<typeof Verdict>

/** Milliseconds since 1970, server clock. */
export const Instant = z.int().min(0)

/** Ids of ours: prefix, underscore, 26 characters of base32 (platform.md §4). */
export const Id = z.string().regex(/^[a-z]{1,6}_[0-9a-z]{26}$/)

/** Ids of the platform's own. */
export const PlatformId = z.string().min(1).max(256)

/** Number of a case: staff read `C-1042`, the wire carries 1042. */
export const CaseNumber = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 40)

/** What the ledger says of an act at once (ledger.md §7). `promise` is null while the log is halted. */
export const Recorded = z.object({ record: z.string(), commitment: z.string(), promise: z.string().nullable() })
export type RecordedJson = z.infer<typeof Recorded>

export const Nothing = z.object({})
export const languages = ['en', 'de', 'es', 'fr', 'ar'] as const
