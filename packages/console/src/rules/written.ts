import { storeOf } from '../store.ts'

/** What somebody wrote, by rule set. In memory only: it outlives the page of the editor, not the browser's page. */
export const written = storeOf<ReadonlyMap<string, string>>(new Map())

export function keepWritten(ruleset: string, text: string): void {
  written.set(new Map(written.get()).set(ruleset, text))
}

export function dropWritten(ruleset: string): void {
  const next = new Map(written.get())
  next.delete(ruleset)
  written.set(next)
}

export const forgetWritten = (): void => written.set(new Map())
