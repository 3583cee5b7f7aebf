/** The tables and works of this subject, for the list that the writer loads. Each file beside it holds one group of works. */
export { alertsOf } from './alerts.store.ts'
export { approve, hasOpened, openReport } from './approvals.store.ts'
export { newestHits } from './hits.store.ts'
export { countRules } from './hours.store.ts'
export { pauseRule, resumeRule } from './pauses.store.ts'
export { goLive, rollBack, takeStep, upload } from './steps.store.ts'
export {
  approveSwitch,
  presentSwitches,
  proposeSwitch,
  switchBook,
  tellLapsed,
  withdrawSwitch,
} from './switches.store.ts'
export { schema } from './tables.ts'
export {
  approvalRows,
  historyOf,
  hoursOf,
  oneVersion,
  standing,
  versionByHash,
  versions,
  whatRuns,
} from './versions.store.ts'
