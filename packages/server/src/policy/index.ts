export { isRefused, type LiveRules, prepare, type Refused } from './live.ts'
export { type Policy, shippedPolicies } from './register.ts'
export { insertVerdict, type VerdictRow } from './verdicts.ts'
