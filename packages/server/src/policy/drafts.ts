import type { AnswerOf, addRulesetVersion } from '@lamplighter/api'
import type { Lock } from '@lamplighter/rules'
import { AppError } from '../http/errors.ts'
import type { CommandKey } from '../http/route.ts'
import type { Doer } from '../people/index.ts'
import type { Storage } from '../storage/index.ts'
import type { RuleRegistry } from './registry.ts'
import { approvalsNeeded } from './states.ts'
import { upload } from './store.ts'
import { changesJson, countersJson, diagnosticJson } from './views.ts'

/**
 * Keeps a text as a draft beside the live version, whose schema it reads.
 *
 * @throws AppError `rules_refused` · `invalid` where the file names another rule set than `name` · `conflict`
 */
export async function keepDraft(
  { storage, registry }: { readonly storage: Pick<Storage, 'store'>; readonly registry: RuleRegistry },
  wish: {
    readonly name: string
    readonly text: string
    readonly lock?: Lock
    readonly doer: Doer
    readonly once?: CommandKey
  },
): Promise<AnswerOf<typeof addRulesetVersion>> {
  const { name, text, lock, doer, once } = wish
  const { schemaText } = registry.live()
  const { rules, handed, compared } = await registry.fit({ text, schemaText, ...(lock !== undefined && { lock }) })
  if (rules.name !== name) {
    throw new AppError('invalid', 'The file names another rule set than the address does.', { pointer: '/text' })
  }
  const told = {
    changes: changesJson(compared),
    counters: countersJson(compared),
    diagnostics: rules.warnings.map(diagnosticJson),
    approvalsNeeded: approvalsNeeded(compared.changes),
  }
  return storage.store.tx(upload, { handed, told, doer }, once && { once })
}
