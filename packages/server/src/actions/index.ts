export { type DecidedAppeal, type NewAppeal, type OpenCase, receiveAppeal, tellAppealDecided } from './appeals.store.ts'
export { columnsOf } from './columns.ts'
export { addConnection, listConnections, openSecret } from './connections.store.ts'
export { type DeliveryServices, deliverAlways, deliverDue } from './deliver.ts'
export { endClaims } from './deliveries.store.ts'
export { countDealings, eraseDealings, openDealings, peopleAddressed } from './erase.store.ts'
export { ActionsError } from './errors.ts'
export {
  type AppealView,
  accountOfNotice,
  appealForReview,
  isErasedLink,
  type NoticeView,
  noticeOfLink,
} from './notice-view.store.ts'
export { cancelNotice, createNotice, tellReportClosed, withdrawNotice } from './notices.store.ts'
export { bringForward, cancelUnsent, requestAction, supports } from './request.store.ts'
export { type ActionsServices, routesOf } from './routes.ts'
export type { ColumnKey } from './sealing.ts'
export { bodySweep } from './sweep.store.ts'
export { type ActionMeans, type ActionWish, APPEAL_DAYS, type ItemRef, type NoticeWish } from './wishes.ts'
export { type Withdrawal, withdrawActions } from './withdraw.store.ts'
export {
  askAboutWithheld,
  extendWithheld,
  tellWithheld,
  WITHHELD_QUEUE,
  type WithheldView,
  withheldDue,
  withheldForReview,
  withholdNotice,
} from './withheld.store.ts'
