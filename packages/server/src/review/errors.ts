import { AppError } from '../http/errors.ts'

/** One answer for a case that is not there and for one that the caller may not know of (security.md §2). */
export const noCase = (): AppError => new AppError('not_found', 'There is no such case, or it is not in your lanes.')
