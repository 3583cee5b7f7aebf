export { soften } from './breaker.ts'
export { keepDraft } from './drafts.ts'
export { eraseVerdicts } from './erase.store.ts'
export { noteHits } from './hits.store.ts'
export type { ReviewedEvents } from './hits.ts'
export { judgeCounted } from './judge-counted.ts'
export { isRefused, type LiveRules, listsNamed, type NamedList, prepare, type Refused } from './live.ts'
export { askedLists, declaredList, harmsOf, ruleNames, rulesAsking } from './live-names.ts'
export { noteStep } from './notes.store.ts'
export { type Policy, shippedPolicies } from './register.ts'
export { type Beside, makeRegistry, type RuleRegistry, type Running } from './registry.ts'
export { routesOf } from './routes.ts'
export { inTrial, percentile } from './states.ts'
export { askerOf } from './step-routes.ts'
export { countRules, oneVersion, openReport, versionByHash } from './store.ts'
export { switchRoutes } from './switch-routes.ts'
export { makeSwitchboard, type Switchboard } from './switchboard.ts'
export {
  ALL_OFF,
  hasLapsed,
  privateScanOff,
  SWITCH_IDS,
  type Switch,
  type SwitchSet,
  scanSwitch,
  stateAt,
} from './switches.ts'
export { makeTally, type Observation, type Tally } from './tally.ts'
export { insertVerdict, type VerdictRow, verdictsOn } from './verdicts.ts'
export { versionRow } from './versions.store.ts'
export { labels } from './views.ts'
export { wilson } from './wilson.ts'
