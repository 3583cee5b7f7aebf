export { type AuditRow, type AuditWish, audit, auditRows } from './store.ts'
