import type { Place } from './sealing.ts'

/** Where this subject's sealed values stand. */
export const bodyPlace = (row: string): Place => ({ table: 'outbox', column: 'body', row })
export const answerPlace = (row: string): Place => ({ table: 'outbox_attempts', column: 'answer', row })
export const secretPlace = (row: string, column: 'secret' | 'old_secret'): Place => ({
  table: 'connections',
  column,
  row,
})
export const noticePlace = (row: string): Place => ({ table: 'notices', column: 'content', row })
export const withheldPlace = (row: string): Place => ({ table: 'withheld_notices', column: 'content', row })
export const appealPlace = (row: string, column: 'content' | 'answer'): Place => ({ table: 'appeals', column, row })
