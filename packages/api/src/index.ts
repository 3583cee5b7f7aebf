import * as backfills from './backfills.ts'
import * as backtests from './backtests.ts'
import * as canaries from './canaries.ts'
import * as decisions from './decisions.ts'
import type { Endpoint } from './endpoint.ts'
import * as erasures from './erasures.ts'
import * as exchanges from './exchanges.ts'
import * as feedback from './feedback.ts'
import * as indexBuckets from './index-buckets.ts'
import * as intake from './intake.ts'
import * as listEntries from './list-entries.ts'
import * as listExport from './list-export.ts'
import * as listVersions from './list-versions.ts'
import * as lists from './lists.ts'
import * as matching from './matching.ts'
import * as models from './models.ts'
import * as operator from './operator.ts'
import * as people from './people.ts'
import * as policies from './policies.ts'
import * as retros from './retros.ts'
import * as reveals from './reveals.ts'
import * as review from './review.ts'
import * as ruleSteps from './rule-steps.ts'
import * as rules from './rules.ts'
import * as runs from './runs.ts'
import * as settings from './settings.ts'
import * as shares from './shares.ts'
import * as switches from './switches.ts'
import * as uploads from './uploads.ts'

export { type Act, acts, operatorActs } from './acts.ts'
export * from './backfills.ts'
export * from './backtests.ts'
export * from './canaries.ts'
export * from './case.ts'
export * from './case-title.ts'
export { type Code, codes, commonCodes, isCode, statusOf } from './codes.ts'
export * from './decisions.ts'
export {
  type AnswerOf,
  type BodyOf,
  type Endpoint,
  endpoint,
  type ParamsOf,
  type QueryOf,
  type Repeat,
} from './endpoint.ts'
export * from './erasures.ts'
export * from './exchanges.ts'
export * from './feedback.ts'
export * from './hash-match.ts'
export * from './index-buckets.ts'
export * from './intake.ts'
export * from './list-entries.ts'
export * from './list-export.ts'
export * from './list-measures.ts'
export * from './list-versions.ts'
export * from './lists.ts'
export * from './matching.ts'
export * from './models.ts'
export { codesOf, openapi, Problem } from './openapi.ts'
export * from './operator.ts'
export * from './people.ts'
export * from './policies.ts'
export * from './retros.ts'
export * from './reveals.ts'
export * from './review.ts'
export * from './rule-steps.ts'
export * from './rules.ts'
export * from './runs.ts'
export * from './settings.ts'
export * from './shares.ts'
export * from './switches.ts'
export * from './term-files.ts'
export * from './uploads.ts'
export * from './words.ts'

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' &&
  value !== null &&
  'operationId' in value === false &&
  'path' in value &&
  'act' in value &&
  'repeat' in value

/** Every call of the interface, in the order of the documents. */
export const endpoints: readonly Endpoint[] = [
  intake,
  policies,
  review,
  decisions,
  reveals,
  people,
  rules,
  ruleSteps,
  backtests,
  retros,
  uploads,
  backfills,
  runs,
  settings,
  switches,
  operator,
  exchanges,
  feedback,
  indexBuckets,
  shares,
  listEntries,
  canaries,
  listExport,
  lists,
  listVersions,
  erasures,
  models,
  matching,
].flatMap((part) => Object.values(part).filter(isEndpoint))
