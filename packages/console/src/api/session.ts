import { storeOf } from '../store.ts'

/** Signed out is a state of its own, beside the page: what is on the page, and what was typed, stays in memory beneath it. */
export const session = storeOf<'unknown' | 'in' | 'out'>('unknown')

export const noteSignedOut = (): void => session.set('out')
export const noteSignedIn = (): void => session.set('in')
