/** Steps of the ladder above the facts (console.md §6). */
export const steps = ['lowpass', 'reduced', 'full'] as const
export type Step = (typeof steps)[number]

/** Why a picture at step 3 may be on screen. */
export type Hold = 'space' | 'seconds'

/**
 * One file's place on the ladder. `rest` is the step to fall back to when a full view ends. Every wish has a ticket:
 * bytes that arrive for an older ticket are thrown away unseen.
 */
export interface Ladder {
  readonly ticket: number
  readonly rest: 'facts' | 'lowpass' | 'reduced'
  readonly wish: Wish | null
  readonly phase: 'idle' | 'asking' | 'shown' | 'failed'
  readonly colour: boolean
}

export interface Wish {
  readonly step: Step
  readonly hold: Hold | null
  readonly region: { readonly x: number; readonly y: number } | null
}

export const atFacts: Ladder = { ticket: 0, rest: 'facts', wish: null, phase: 'idle', colour: false }

export type LadderEvent =
  | { readonly type: 'ask'; readonly wish: Wish }
  | { readonly type: 'arrived' | 'failed'; readonly ticket: number }
  | { readonly type: 'released' }
  | { readonly type: 'ended' }
  | { readonly type: 'hide' }
  | { readonly type: 'colour' }

/** The step that one press reveals next, of those this file has; null at the top. */
export function nextStep(ladder: Ladder, offered: readonly Step[]): Step | null {
  const at = ladder.phase === 'idle' ? -1 : steps.indexOf(ladder.wish?.step ?? 'lowpass')
  return steps.find((step, index) => index > at && offered.includes(step)) ?? null
}

/** Moves on the ladder. Pure: fetching and dropping bytes follow from the result. */
export function climb(ladder: Ladder, event: LadderEvent): Ladder {
  switch (event.type) {
    case 'ask':
      return { ...ladder, ticket: ladder.ticket + 1, wish: event.wish, phase: 'asking' }
    case 'arrived':
      if (event.ticket !== ladder.ticket || ladder.phase !== 'asking' || ladder.wish === null) return ladder
      return { ...ladder, phase: 'shown', rest: restAfter(ladder.wish, ladder.rest) }
    case 'failed':
      return event.ticket === ladder.ticket && ladder.phase === 'asking' ? { ...ladder, phase: 'failed' } : ladder
    case 'released':
      return ladder.wish?.hold === 'space' ? fallBack(ladder) : ladder
    case 'ended':
      return ladder.wish?.hold || ladder.wish?.region ? fallBack(ladder) : ladder
    case 'hide':
      return { ...atFacts, ticket: ladder.ticket + 1 }
    case 'colour':
      return { ...ladder, colour: !ladder.colour }
  }
}

const restAfter = (wish: Wish, rest: Ladder['rest']): Ladder['rest'] =>
  wish.step === 'full' || wish.region !== null ? rest : wish.step

/** A full view or a cleared region ends: what was on screen before it comes back, or nothing. */
const fallBack = (ladder: Ladder): Ladder => {
  const moved = { ...ladder, ticket: ladder.ticket + 1 }
  return ladder.rest === 'facts'
    ? { ...moved, wish: null, phase: 'idle' }
    : { ...moved, wish: { step: ladder.rest, hold: null, region: null }, phase: 'shown' }
}
