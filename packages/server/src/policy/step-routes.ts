import {
  approveRuleset,
  liveRuleset,
  pauseRule as pauseRuleCall,
  resumeRule as resumeRuleCall,
  retireRuleset,
  rollBackRuleset,
  shadowRuleset,
  tryRuleset,
} from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import type { Principal, Touch } from '../http/principal.ts'
import { type CommandKey, onceOf, type Route, route } from '../http/route.ts'
import { doerOf } from '../people/index.ts'
import { refusalOf } from './refusal.ts'
import type { PolicyServices } from './routes.ts'
import { type Asker, approvalsNeeded, type Step } from './states.ts'
import type { StepInput, Stepped } from './steps.store.ts'
import { approve, oneVersion, pauseRule, resumeRule, rollBack, takeStep, versionByHash, whatRuns } from './store.ts'

/** Who asks, as the states know them. @throws AppError `forbidden` for what is neither a person nor the operator */
export function askerOf(who: Principal): Asker {
  if (who.kind === 'operator') return { kind: 'operator' }
  if (who.kind === 'staff') return { kind: 'staff', id: who.id, roles: who.roles }
  throw new AppError('forbidden', 'Only staff change what rules run.')
}

interface StepCall {
  readonly params: { readonly name: string; readonly version: number }
  readonly who: Principal
  readonly touch: Touch | undefined
  readonly requestId: string
  readonly ifHash?: string
  readonly once?: CommandKey
}

/** The calls that change what runs. Each is one work, and then every process reads anew what runs. */
export function stepRoutes({ storage, registry, tally, keysFor }: PolicyServices): Route[] {
  const { store } = storage
  const stepBody = ({ row, recorded }: Stepped) => ({
    body: { name: row.name, version: row.version, hash: row.hash, state: row.state, recorded },
  })

  const take = async (
    call: StepCall,
    step: Step,
    more: Partial<Pick<StepInput, 'reason' | 'expedite' | 'cold' | 'trial'>>,
  ) => {
    const hash = call.ifHash ?? ''
    const { rules, compared } = registry.kept(await store.read(oneVersion, call.params))
    // Taking back needs no permission.
    const diagnostics = step === 'retire' ? [] : await registry.notPermitted(rules)
    if (diagnostics.length > 0) throw refusalOf({ diagnostics, failed: [] })
    const keys = await keysFor([])
    // The shadow minimum counts to this moment.
    await tally.flush()
    const input: StepInput = {
      ...call.params,
      step,
      hash,
      by: askerOf(call.who),
      doer: doerOf(call),
      compared,
      keys,
      reason: null,
      ...more,
    }
    const done = await store.tx(takeStep, input, onceOf(call))
    await registry.load()
    return stepBody(done)
  }

  return [
    route(shadowRuleset, (call) => take(call, 'shadow', {})),
    route(tryRuleset, (call) => take(call, 'trial', { trial: call.body })),
    route(liveRuleset, (call) =>
      take(call, 'live', {
        reason: call.body.reason,
        expedite: call.body.expedite === true,
        cold: call.body.cold === true,
      }),
    ),
    route(retireRuleset, (call) => take(call, 'retire', {})),
    route(approveRuleset, async (call) => {
      const { compared } = registry.kept(await store.read(oneVersion, call.params))
      const input = { ...call.params, ...call.body, doer: doerOf(call), compared }
      const { approvals } = await store.tx(approve, input, onceOf(call))
      return { body: { approvals, needed: approvalsNeeded(compared.changes) } }
    }),
    route(rollBackRuleset, async (call) => {
      const hash = call.ifHash ?? ''
      const { live } = await store.read(whatRuns, undefined)
      const before = live?.before_hash == null ? undefined : await store.read(versionByHash, live.before_hash)
      // What this software no longer takes must not become what runs.
      if (before !== undefined) registry.kept(before)
      const done = await store.tx(
        rollBack,
        {
          name: call.params.name,
          hash,
          to: before?.hash ?? null,
          reason: call.body.reason,
          doer: doerOf(call),
          keys: await keysFor([]),
        },
        onceOf(call),
      )
      await registry.load()
      return stepBody(done)
    }),
    route(pauseRuleCall, async (call) => {
      const hash = call.ifHash ?? ''
      const rule = registry.live().program.ruleset.rules.find(({ name }) => name === call.params.rule)
      if (rule === undefined) throw new AppError('not_found', 'The live version has no rule of this name.')
      const by = { hash, grave: rule.grave, doer: doerOf(call), keys: await keysFor([]) }
      const input = { ...call.params, ...call.body, ...by }
      const { recorded } = await store.tx(pauseRule, input, onceOf(call))
      await registry.load()
      return { body: { rule: call.params.rule, until: call.body.until, recorded } }
    }),
    route(resumeRuleCall, async (call) => {
      const input = { ...call.params, hash: call.ifHash ?? '', doer: doerOf(call), keys: await keysFor([]) }
      const { recorded } = await store.tx(resumeRule, input, onceOf(call))
      await registry.load()
      return { body: { rule: call.params.rule, recorded } }
    }),
  ]
}
