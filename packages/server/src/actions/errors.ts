/** Why an act on actions, notices or deliveries was refused. The codes are those of the interface. */
export type ActionsCode = 'conflict' | 'not_found' | 'already_decided' | 'gone' | 'invalid' | 'unsupported_action'

export class ActionsError extends Error {
  override name = 'ActionsError'
  readonly code: ActionsCode

  constructor(code: ActionsCode, message: string) {
    super(message)
    this.code = code
  }
}
