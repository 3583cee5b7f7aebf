import {
  type CaseJson,
  claimCase,
  claimNext,
  decideAppeal,
  decideCase,
  decideNotice,
  getCase,
  getExplanation,
  getLanes,
  handoffCase,
  noteCase,
  releaseCase,
  reverseDecision,
  skipCase,
  undoDecision,
} from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import type { Principal } from '../http/principal.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import { shippedPolicies } from '../policy/index.ts'
import { newId } from '../storage/index.ts'
import { casesOf } from './case-read.store.ts'
import { type CaseDesk, openCaseView } from './desk.ts'
import { noCase } from './errors.ts'
import { decidedToday, laneCounts } from './lane-read.store.ts'
import { lanesFor } from './lanes.ts'
import * as store from './store.ts'
import * as rows from './store-read.ts'
import type { StoredEvidence } from './stored.ts'

/** Who acts, from the session. */
export function actorOf(who: Principal): store.Actor {
  if (who.kind !== 'staff') throw new AppError('forbidden', 'This is for staff who are signed in.')
  return { id: who.id, staff: `R-${who.number}`, roles: who.roles }
}

const DAY_MS = 86_400_000

/** Lanes that hardly anything fills yet: they are not on screen before something is in them. */
const unlit: ReadonlySet<string> = new Set(['csea-encrypted', 'second-review'])

/** The calls of review: home, one case, and what can be done with it. */
export function routesOf(desk: CaseDesk): Route[] {
  const { storage, sealer, meansFor } = desk
  return [
    route(getLanes, async ({ who, now }) => {
      const actor = actorOf(who)
      const lanes = lanesFor(actor.roles)
      const [counts, mine, today] = await Promise.all([
        storage.store.read(laneCounts, { lanes: lanes.map(({ id }) => id), staff: actor.id }),
        storage.store.read(casesOf, actor.id),
        storage.store.read(decidedToday, { staff: actor.id, since: now - (now % 86_400_000) }),
      ])
      const byLane = new Map(counts.map((count) => [count.lane, count]))
      return {
        body: {
          lanes: lanes
            .filter(({ id }) => !unlit.has(id) || byLane.has(id))
            .map((lane) => {
              const count = byLane.get(lane.id)
              return {
                id: lane.id,
                name: lane.name,
                harms: [...lane.harms],
                band: lane.band,
                lifeThreat: lane.lifeThreat,
                childSafety: lane.childSafety,
                waiting: count?.waiting ?? 0,
                overdue: count?.overdue ?? 0,
                oldestAt: count?.oldestAt ?? null,
                nextDueAt: count?.nextDueAt ?? null,
                decidedByMeToday: today[lane.id] ?? 0,
                hot: count?.hot ?? 0,
              }
            }),
          mine,
        },
      }
    }),
    route(claimNext, async (call) => ({
      body: {
        number: await storage.store.tx(
          store.claimNextWork,
          { lane: call.params.lane, actor: actorOf(call.who) },
          onceOf(call),
        ),
      },
    })),
    route(getCase, async ({ params, who, now }) => ({
      body: await openCaseView(desk, params.number, actorOf(who), now),
    })),
    route(claimCase, async ({ params, who }) => ({
      body: await storage.store.tx(store.claimWork, { number: params.number, actor: actorOf(who) }),
    })),
    route(releaseCase, async (call) => {
      const actor = actorOf(call.who)
      const { number } = call.params
      const draft =
        call.body.draft === undefined
          ? null
          : await sealer.seal('case_drafts', 'sealed', `${number}.${actor.id}`, call.body.draft)
      await storage.store.tx(store.releaseWork, { number, actor, draft }, onceOf(call))
      return { body: {} }
    }),
    route(skipCase, async (call) => {
      const id = newId('nt', call.now)
      const { reason, note: text } = call.body
      const note = text === undefined ? null : { id, sealed: await sealer.seal('case_notes', 'sealed', id, text) }
      const input = { number: call.params.number, actor: actorOf(call.who), reason, note }
      return { body: { next: await storage.store.tx(store.skipWork, input, onceOf(call)) } }
    }),
    route(handoffCase, async (call) => {
      const noteId = newId('nt', call.now)
      const note = await sealer.seal('case_notes', 'sealed', noteId, call.body.reason)
      const input = { number: call.params.number, actor: actorOf(call.who), to: call.body.to, reason: '', note, noteId }
      return { body: { next: await storage.store.tx(store.handoffWork, input, onceOf(call)) } }
    }),
    route(noteCase, async (call) => {
      const id = newId('nt', call.now)
      const sealed = await sealer.seal('case_notes', 'sealed', id, call.body.text)
      await storage.store.tx(
        store.noteWork,
        { number: call.params.number, actor: actorOf(call.who), id, sealed },
        onceOf(call),
      )
      return { body: {} }
    }),
    route(decideCase, async (call) => {
      const actor = actorOf(call.who)
      // Before the case is looked for: the answer may not tell whether there is one.
      const policy = shippedPolicies.find(({ id }) => id === call.body.policy)
      if (call.body.policy !== null && policy === undefined) {
        throw new AppError('unknown_policy', 'There is no such policy; GET /v1/policies lists them.')
      }
      const facts = await storage.store.read(rows.decisionFacts, call.params.number)
      if (facts === undefined) throw noCase()
      const own = facts.evidence[0]
      const stored =
        own === undefined ? undefined : await sealer.open<StoredEvidence>('evidence', 'sealed', own.id, own.sealed)
      const decision = newId('dec', call.now)
      const { statement, note } = call.body
      const result = await storage.store.tx(
        store.decideWork,
        {
          number: call.params.number,
          actor,
          revision: call.ifMatch ?? 0,
          decision,
          policy,
          choice: call.body.choice,
          reasonCode: call.body.reasonCode,
          statement,
          sealed: await sealer.seal('staff_decisions', 'sealed', decision, { statement, note: note ?? null }),
          item: stored?.item ?? null,
          itemState: stored?.itemState ?? null,
          supported: [...(await desk.supported())],
          means: await meansFor(facts.account === null ? [] : [{ kind: 'account', id: facts.account }]),
        },
        onceOf(call),
      )
      return { status: 201, body: { ...result, effects: [...result.effects] } }
    }),
    route(decideNotice, async (call) => {
      const { body, params, now } = call
      const facts = await storage.store.read(rows.decisionFacts, params.number)
      if (facts === undefined) throw noCase()
      const decision = newId('dec', now)
      const note = body.do === 'send' ? null : body.reason
      const result = await storage.store.tx(
        store.decideNoticeWork,
        {
          number: params.number,
          actor: actorOf(call.who),
          revision: call.ifMatch ?? 0,
          decision,
          until: body.do === 'send' ? null : now + body.days * DAY_MS,
          sealed: await sealer.seal('staff_decisions', 'sealed', decision, { statement: null, note }),
          means: await meansFor(facts.account === null ? [] : [{ kind: 'account', id: facts.account }]),
        },
        onceOf(call),
      )
      return { status: 201, body: { ...result, effects: [...result.effects] } }
    }),
    route(undoDecision, async (call) => {
      const known = await storage.store.read(rows.decisionAccount, call.params.id)
      const means = await meansFor(known?.account == null ? [] : [{ kind: 'account', id: known.account }])
      return {
        body: await storage.store.tx(
          store.undoWork,
          { decision: call.params.id, actor: actorOf(call.who), means },
          onceOf(call),
        ),
      }
    }),
    route(reverseDecision, async (call) => {
      const known = await storage.store.read(rows.decisionAccount, call.params.id)
      const decision = newId('dec', call.now)
      const result = await storage.store.tx(
        store.reverseWork,
        {
          of: call.params.id,
          decision,
          actor: actorOf(call.who),
          reason: call.body.reason,
          sealed: await sealer.seal('staff_decisions', 'sealed', decision, { statement: null, note: call.body.reason }),
          means: await meansFor(known?.account == null ? [] : [{ kind: 'account', id: known.account }]),
        },
        onceOf(call),
      )
      return { status: 201, body: { ...result, effects: [...result.effects] } }
    }),
    route(decideAppeal, async (call) => {
      const appeal = await desk.appealOf(call.params.id)
      if (appeal === undefined) throw new AppError('not_found', 'There is no such appeal, or it is not in your lanes.')
      const decision = newId('dec', call.now)
      const result = await storage.store.tx(
        store.decideAppealWork,
        {
          appeal: call.params.id,
          of: appeal.decision,
          decision,
          actor: actorOf(call.who),
          revision: call.ifMatch ?? 0,
          outcome: call.body.outcome,
          reasons: call.body.reasons,
          sealed: await sealer.seal('staff_decisions', 'sealed', decision, {
            statement: { language: 'en', text: call.body.reasons },
            note: call.body.note ?? null,
          }),
          means: await meansFor([{ kind: 'account', id: appeal.account }]),
        },
        onceOf(call),
      )
      return { status: 201, body: { ...result, effects: [...result.effects] } }
    }),
    route(getExplanation, async ({ params, who }) => {
      const actor = actorOf(who)
      const verdict = await storage.store.read(rows.verdictFor, { id: params.id, staff: actor.id, roles: actor.roles })
      if (verdict === undefined)
        throw new AppError('not_found', 'There is no such verdict, or it is not in your lanes.')
      return { body: await sealer.open<CaseJson>('verdicts', 'sealed', verdict.id, verdict.sealed) }
    }),
  ]
}
