import type { Choice, Do, Provenance } from '@lamplighter/api'
import type { z } from 'zod'
import { AppError } from '../http/errors.ts'
import type { Policy } from '../policy/index.ts'
import { doOf, effectsInWords, LIMIT_MS, placeholderIn, UNDO_MS } from './card.ts'

/** What the machine's verdict did to an item before a person looked. */
export type ItemState = 'held' | 'blocked' | 'removed' | null

export type ProvenanceWord = z.infer<typeof Provenance>

export interface DecisionFacts {
  readonly kind: 'item' | 'account' | 'notice' | 'gathered' | 'appeal'
  readonly itemState: ItemState
  readonly item: { readonly type: string; readonly id: string } | null
  readonly account: string | null
  readonly reports: number
  readonly supported: ReadonlySet<Do>
}

export interface ChoiceInput {
  readonly policy: Policy | undefined
  readonly choice: Choice
  readonly statement: { readonly language: string; readonly text: string } | null
}

/** One thing to ask of the platform. */
export interface Wish {
  readonly do: Do
  readonly what: string | null
  readonly until: number | null
}

export interface Plan {
  readonly wishes: readonly Wish[]
  /** The machine's own measures on this matter are taken back. */
  readonly withdrawMachine: boolean
  readonly strike: boolean
  readonly notice: { readonly language: string; readonly text: string } | null
  readonly effects: readonly string[]
  readonly undoUntil: number
  /** Measures as the notice names them, in the reader's language (`pages/messages`). */
  readonly told: readonly string[]
  /** Whether the reports of the case were right. */
  readonly upheld: boolean
}

/**
 * What follows from a choice. Pure; `store.ts` writes all of it in one transaction.
 *
 * @param now milliseconds since 1970, server clock
 * @throws AppError `unknown_policy` a measure needs a policy · `unsupported_action` · `placeholder_left` · `invalid` no statement
 */
export function planOf(facts: DecisionFacts, input: ChoiceInput, now: number): Plan {
  const asked = doOf(input.choice)
  if (asked === null) return nothingDone(facts, now)
  if (input.policy === undefined)
    throw new AppError('unknown_policy', 'A measure needs a policy; choose one of GET /v1/policies.')
  if (!facts.supported.has(asked)) {
    throw new AppError('unsupported_action', `The platform cannot carry out "${asked}"; choose another measure.`)
  }
  if (asked === 'remove' && facts.item === null) {
    throw new AppError('unsupported_action', 'This case is about an account; there is no one item to remove.')
  }
  if (facts.account === null && asked !== 'remove') {
    throw new AppError('unsupported_action', 'No account is known for this case; only the item can be removed.')
  }
  return {
    wishes: [
      { do: asked, what: asked === 'limit' ? 'messages' : null, until: asked === 'limit' ? now + LIMIT_MS : null },
      ...(isKeptBack(facts, asked) ? [{ do: 'remove' as const, what: null, until: null }] : []),
    ],
    withdrawMachine: false,
    strike: facts.account !== null,
    notice: facts.account === null ? null : statementOf(input),
    effects: effectsOf(input.choice, facts),
    told: isKeptBack(facts, asked) ? [asked, 'remove'] : [asked],
    undoUntil: now + UNDO_MS,
    upheld: true,
  }
}

// A measure against the person for an item that the machine holds: the item is not delivered, and does not stay held for ever.
const isKeptBack = (facts: DecisionFacts, asked: Do): boolean =>
  facts.itemState === 'held' && facts.item !== null && asked !== 'remove' && facts.supported.has('remove')

// What the machine did is withdrawn by its own decision's actions, once the undo window is over.
function nothingDone(facts: DecisionFacts, now: number): Plan {
  return {
    wishes: [],
    withdrawMachine: true,
    strike: false,
    notice: null,
    effects: effectsOf('none', facts),
    told: [],
    undoUntil: now + UNDO_MS,
    upheld: false,
  }
}

// The words of the card, so that what was shown is what is written down.
const effectsOf = (choice: Choice, { account, reports, itemState }: DecisionFacts): string[] =>
  effectsInWords(choice, { account: account === null ? null : `@${account}`, reports, held: itemState === 'held' })

function statementOf(input: ChoiceInput): { language: string; text: string } {
  if (input.statement === null || input.statement.text.trim() === '') {
    throw new AppError('invalid', 'The person affected must be told why; write the statement of reasons.', {
      errors: [{ code: 'required', pointer: '/statement/text', detail: 'expected the statement of reasons' }],
    })
  }
  const gap = placeholderIn(input.statement.text)
  if (gap !== undefined) {
    throw new AppError('placeholder_left', `The statement of reasons still has ${gap}; fill it before deciding.`)
  }
  return input.statement
}
