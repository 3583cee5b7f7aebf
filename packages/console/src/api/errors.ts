import { type Code, isCode, Problem } from '@lamplighter/api'

/** What can go wrong with a call: a code of the server's, or one of two that only a client sees. */
export type FailureCode = Code | 'unreachable' | 'unreadable'

/** A call that did not work. `requestId` is what an administrator can look up; null when nothing came back. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: FailureCode
  readonly status: number
  readonly requestId: string | null

  constructor(code: FailureCode, detail: string, status: number, requestId: string | null) {
    super(detail)
    this.code = code
    this.status = status
    this.requestId = requestId
  }
}

/** Reads an error answer; anything that is no problem document becomes `unreadable`. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const header = response.headers.get('request-id')
  try {
    const problem = Problem.parse(await response.json())
    const code = isCode(problem.code) ? problem.code : 'unreadable'
    return new ApiError(code, problem.detail, response.status, header ?? problem.instance)
  } catch {
    return new ApiError('unreadable', `answer ${response.status} is not a problem document`, response.status, header)
  }
}

export const hasCode = (error: unknown, ...codes: FailureCode[]): boolean =>
  error instanceof ApiError && codes.includes(error.code)
