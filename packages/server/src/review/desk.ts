import type { CaseJson, Do, EvidenceJson } from '@lamplighter/api'
import type { ActionMeans, WithheldView } from '../actions/index.ts'
import { shippedPolicies } from '../policy/index.ts'
import type { Storage } from '../storage/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { Affected } from '../transparency/index.ts'
import { cardOf } from './card.ts'
import { type CaseRows, caseRows, titleOf } from './case-read.store.ts'
import { isHeld } from './claim.ts'
import { noCase } from './errors.ts'
import type { Actor } from './store.ts'
import { evidenceInQuestion } from './store-read.ts'
import type { StoredEvidence, StoredReport, StoredStatement } from './stored.ts'
import {
  accountWords,
  cardFacts,
  type ExplanationJson,
  evidenceView,
  firedView,
  hotIn,
  laneView,
  referralsView,
  signalsView,
} from './view.ts'

/** What review needs of the rest of the house. */
export interface CaseDesk {
  readonly storage: Storage
  readonly sealer: Sealer
  meansFor(affected: readonly Affected[]): Promise<ActionMeans>
  /** What the platform's connections can carry out. */
  supported(): Promise<ReadonlySet<Do>>
  /** What the person wrote and against which notice. */
  appealOf(id: string): Promise<AppealFacts | undefined>
  /** The notices about which a case asks. */
  withheldOf(number: number): Promise<readonly WithheldView[]>
  /** How staff are called on screen: `R-7`. */
  staffWords(id: string): Promise<string>
}

/** An appeal as the case about it shows it. */
export interface AppealFacts {
  readonly id: string
  readonly decision: string
  readonly account: string
  readonly text: string
  readonly at: number
  readonly notice: { readonly text: string; readonly policy: string; readonly effects: readonly string[] }
}

/**
 * One case as its page shows it.
 *
 * @throws AppError `not_found` for a case that is not there and for one of another lane alike
 */
export async function openCaseView(desk: CaseDesk, number: number, actor: Actor, now: number): Promise<CaseJson> {
  const found = await desk.storage.store.read(caseRows, { number, staff: actor.id, roles: actor.roles })
  if (found === undefined) throw noCase()
  const { row } = found
  const { sealer } = desk
  const appeal = row.kind === 'appeal' && row.ref !== null ? await desk.appealOf(row.ref) : undefined
  const withheld = row.kind === 'notice' ? await desk.withheldOf(row.number) : []
  // What an appeal or a notice is about lies in the case of its decision.
  const about = appeal?.decision ?? withheld[0]?.decision
  const before =
    about === undefined
      ? []
      : await desk.storage.store.read(evidenceInQuestion, { decision: about, roles: actor.roles })
  const pieces = await Promise.all(
    [...before, ...found.evidence].map(async ({ id, at, reported, sealed }) => ({
      id,
      at,
      reported: reported === 1,
      stored: await sealer.open<StoredEvidence>('evidence', 'sealed', id, sealed),
    })),
  )
  const explanations = await Promise.all(
    found.verdicts.map(({ id, sealed }) => sealer.open<ExplanationJson>('verdicts', 'sealed', id, sealed)),
  )
  const held = isHeld({ state: row.state, claimedBy: row.claimed_by, claimUntil: row.claim_until, excluded: [] }, now)
  return {
    number: row.number,
    revision: row.revision,
    kind: row.kind,
    words: row.words,
    title: titleOf(row),
    state: row.state === 'claimed' && !held ? 'open' : row.state,
    lane: laneView(row.lane),
    openedAt: row.opened_at,
    dueAt: row.due_at,
    claim:
      held && row.claimed_by !== null
        ? { by: await desk.staffWords(row.claimed_by), mine: row.claimed_by === actor.id, until: row.claim_until }
        : null,
    account: {
      ref: row.account === null ? '' : accountWords(row.account),
      facts: pieces
        .flatMap(({ stored }) => stored.facts)
        .filter((fact, index, all) => all.findIndex(({ name }) => name === fact.name) === index),
      strikes: found.strikes,
      openCases: found.openCases,
    },
    reports: await reportsView(found, sealer),
    signals: signalsView(pieces).map((signal) => hotIn(signal, found.hot)),
    fired: firedView(explanations),
    referrals: referralsView(explanations),
    evidence: about === undefined ? evidenceView(pieces) : evidenceView(pieces).map(factsOnly),
    history: [...found.history],
    notes: await Promise.all(
      found.notes.map(async ({ id, at, by, sealed }) => ({
        at,
        by,
        text: await sealer.open<string>('case_notes', 'sealed', id, sealed),
      })),
    ),
    tookPart: found.excluded.includes(actor.id),
    next: [...found.next],
    card: cardOf(
      shippedPolicies,
      cardFacts(row, {
        strikes: found.strikes,
        reports: found.reports.filter(({ state }) => state === 'open').length,
        held: pieces.some(({ stored }) => stored.itemState === 'held'),
        supported: await desk.supported(),
      }),
    ),
    appeal:
      appeal === undefined
        ? null
        : {
            id: appeal.id,
            text: appeal.text,
            at: appeal.at,
            notice: { text: appeal.notice.text, policy: appeal.notice.policy, effects: [...appeal.notice.effects] },
          },
    withheld: withheld.map(({ text, policy, effects, because, since }) => ({
      text,
      policy,
      effects: [...effects],
      because,
      since,
    })),
    draft:
      found.draft === null
        ? null
        : await sealer.open('case_drafts', 'sealed', `${row.number}.${actor.id}`, found.draft),
    decided: await decidedView(desk, found, actor),
  }
}

// The files belong to the case that was decided: here they are facts.
const factsOnly = (piece: EvidenceJson): EvidenceJson =>
  piece.media === null ? piece : { ...piece, media: { ...piece.media, steps: [] } }

async function reportsView(found: CaseRows, sealer: Sealer): Promise<CaseJson['reports']> {
  const refs = new Map(
    [...new Set(found.reports.map(({ reporter }) => reporter))].map((reporter, index) => [
      reporter,
      `reporter ${index + 1}`,
    ]),
  )
  const harms = Map.groupBy(found.reports, ({ harm }) => harm ?? 'other')
  return {
    count: found.reports.length,
    reasons: [...harms].map(([harm, rows]) => ({ harm, count: rows.length })).sort((a, b) => b.count - a.count),
    reporters: found.reporters.map(({ reporter, upheld, decided }) => ({
      ref: refs.get(reporter) ?? '',
      upheld,
      decided,
    })),
    texts: await Promise.all(
      found.reports.map(async ({ id, at, reporter, sealed }) => ({
        reporter: refs.get(reporter) ?? '',
        at,
        text: (await sealer.open<StoredReport>('reports', 'sealed', id, sealed)).text,
      })),
    ),
  }
}

async function decidedView(desk: CaseDesk, found: CaseRows, actor: Actor): Promise<CaseJson['decided']> {
  const { decided } = found
  if (decided === null || found.row.kind === 'appeal' || found.row.kind === 'notice') return null
  return {
    id: decided.id,
    by: await desk.staffWords(decided.by),
    mine: decided.by === actor.id,
    at: decided.at,
    choice: decided.choice,
    undoUntil: decided.undo_until,
    undone: decided.ended !== null,
    reversible: decided.outcome === null && decided.choice !== 'none',
    recorded: { record: decided.record, commitment: decided.commitment, promise: decided.promise },
  }
}

export type { StoredStatement }
