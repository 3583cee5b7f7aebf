// The works of review, in files of one idea each: the writer thread imports this one and so finds them all.
export { type DecideAppealInput, decideAppealWork, receiveAppealWork } from './appeal.store.ts'
export { claimNextWork, claimWork, handoffWork, noteWork, releaseWork, skipWork } from './claims.store.ts'
export { type DecideInput, decideWork } from './decide.store.ts'
export { reverseWork, undoWork } from './endings.store.ts'
export { type SettleDecision, settleWork } from './settle.store.ts'
export { schema } from './tables.ts'
export { decideNoticeWork, endWithholdingWork } from './withheld.store.ts'
export { type Actor, affectedOf, caseName } from './working.store.ts'
