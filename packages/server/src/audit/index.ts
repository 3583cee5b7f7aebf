export { type AuditRow, type AuditWish, audit, auditRows, newestAct } from './store.ts'
