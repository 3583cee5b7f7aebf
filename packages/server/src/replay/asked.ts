import { AppError } from '../http/errors.ts'
import { allStaff } from '../people/index.ts'
import { askerOf, type LiveRules, labels, oneVersion, type RuleRegistry } from '../policy/index.ts'
import type { Storage } from '../storage/index.ts'
import type { Run } from './runs.store.ts'

export interface AskedServices {
  readonly storage: Storage
  readonly registry: Pick<RuleRegistry, 'live' | 'kept'>
}

interface VersionCall {
  readonly params: { readonly name: string; readonly version: number }
  readonly who: Parameters<typeof askerOf>[0]
}

/**
 * The version that somebody asks about, fit to be asked about the past.
 *
 * @throws AppError `not_found` · `rules_refused` · `not_ready` · `conflict` it reads another schema than the live version
 */
export async function askedVersion(
  { params, who }: VersionCall,
  { storage, registry }: AskedServices,
): Promise<{ rules: LiveRules; of: Pick<Run, 'name' | 'version' | 'hash' | 'by'> }> {
  const live = registry.live()
  const { rules } = registry.kept(await storage.store.read(oneVersion, params))
  assertSameSchema(rules, live)
  const asker = askerOf(who)
  return {
    rules,
    of: {
      name: params.name,
      version: params.version,
      hash: rules.hash,
      by: asker.kind === 'staff' ? asker.id : 'operator',
    },
  }
}

/** One schema says what may be read of an event: the log was written by the live version's. @throws AppError `conflict` */
export function assertSameSchema(rules: LiveRules, live: LiveRules): void {
  if (rules.schemaText !== live.schemaText)
    throw new AppError(
      'conflict',
      'The live version reads another schema of facts; upload this file again as a new version.',
    )
}

/** What is looked at. @throws AppError `invalid` it ends before it begins */
export function askedSpan(
  body: { from: number; to?: number | undefined },
  now: number,
): { since: number; until: number } {
  const { from, to = now } = body
  if (from > to) throw new AppError('invalid', 'from: expected an instant before "to".', { pointer: '/from' })
  return { since: from, until: to }
}

/** Names people as staff read them. */
export const labelsOf = async ({ store }: Storage): Promise<(id: string) => string> =>
  labels(await store.read(allStaff, undefined))

/** What all runs say of themselves. */
export function aboutRun<S>(
  { id, state, name, version, hash, by, at }: Omit<Run, 'state'> & { readonly state: S },
  label: (id: string) => string,
) {
  return { id, state, name, version, hash, by: label(by), at }
}
