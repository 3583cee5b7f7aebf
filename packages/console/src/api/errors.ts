import { type Code, isCode, Problem } from '@lamplighter/api'

/** What can go wrong with a call: a code of the server's, or one of two that only a client sees. */
export type FailureCode = Code | 'unreachable' | 'unreadable'

interface Fault {
  readonly code: string
  readonly pointer: string
  readonly detail: string
}

/** A call that did not work. `requestId` is what an administrator can look up; null when nothing came back. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: FailureCode
  readonly status: number
  readonly requestId: string | null
  /** Each single fault, where the server found several. */
  readonly faults: readonly Fault[]

  constructor(
    code: FailureCode,
    detail: string,
    status: number,
    requestId: string | null,
    faults: readonly Fault[] = [],
  ) {
    super(detail)
    this.code = code
    this.status = status
    this.requestId = requestId
    this.faults = faults
  }
}

/** Reads an error answer; anything that is no problem document becomes `unreadable`. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const header = response.headers.get('request-id')
  try {
    const problem = Problem.parse(await response.json())
    const code = isCode(problem.code) ? problem.code : 'unreadable'
    return new ApiError(code, problem.detail, response.status, header ?? problem.instance, problem.errors ?? [])
  } catch {
    return new ApiError('unreadable', `answer ${response.status} is not a problem document`, response.status, header)
  }
}

export const hasCode = (error: unknown, ...codes: FailureCode[]): boolean =>
  error instanceof ApiError && codes.includes(error.code)
