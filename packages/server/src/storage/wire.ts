import { errorClassNamed } from './define.ts'

/** What is left of an error when it crosses a thread: everything but the class, which is found again by name. */
export interface WireError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly own: Record<string, unknown>
}

/** An error of a class that was not named by `defineErrors`: name, message and own fields are kept. */
export class WorkError extends Error {
  override name = 'WorkError'
}

export function errorToWire(thrown: unknown): WireError {
  const error = thrown instanceof Error ? thrown : new WorkError(`a work threw ${typeof thrown}, not an Error`)
  const own: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(error)) if (isCloneable(value)) own[key] = value
  return { name: error.constructor.name, message: error.message, stack: error.stack, own }
}

export function errorFromWire(wire: WireError): Error {
  const error: Error = Object.create(errorClassNamed(wire.name)?.prototype ?? WorkError.prototype)
  Object.defineProperty(error, 'message', { value: wire.message, configurable: true, writable: true })
  Object.defineProperty(error, 'stack', { value: wire.stack, configurable: true, writable: true })
  return Object.assign(error, wire.own)
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
