/** What one check found. *look*: works, but somebody should see to it; *wrong*: must be repaired. */
export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'look' | 'wrong'
  readonly found: string
  /** What to do; absent when all is well. */
  readonly remedy?: string
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found })
export const look = (check: string, found: string, remedy: string): Finding => ({ check, state: 'look', found, remedy })
export const wrong = (check: string, found: string, remedy: string): Finding => ({
  check,
  state: 'wrong',
  found,
  remedy,
})
