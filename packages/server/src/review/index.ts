export { type CaseSeed, caseInQuestion, itemKey, openCase, subjectOf } from './cases.ts'
export type { AppealFacts, CaseDesk } from './desk.ts'
export {
  countMatters,
  eraseMatters,
  eraseTraces,
  mattersOf,
  openMatters,
  peopleInMatters,
  writtenElsewhere,
} from './erase.store.ts'
export { type EvidenceSeed, putEvidence, putReport, type ReportSeed } from './evidence.ts'
export { factLines } from './facts.ts'
export { laneStands, lifeThreat } from './lane-read.store.ts'
export { laneIds, laneOf, lanesFor, reportDueMs, shippedLanes } from './lanes.ts'
export { caseNumberOf, isUndecided } from './matches.store.ts'
export { type CaseMatches, matchesOf } from './matches.ts'
export { finalStateOf, type Reviewed, reviewedOf, reviewedSince } from './reviewed.store.ts'
export { routesOf } from './routes.ts'
export { settleHandler, withheldHandler } from './settle.ts'
export { receiveAppealWork } from './store.ts'
export { caseOfSubject, openSubject } from './store-read.ts'
export type { StoredEvidence, StoredFile, StoredHit, StoredReport } from './stored.ts'
export { nearWords } from './titles.ts'
