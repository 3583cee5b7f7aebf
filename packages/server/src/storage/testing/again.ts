/** Asks again while the store says `busy`: what every caller does when serialisable transactions keep meeting. */
export async function againWhileBusy<T>(run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'busy')) throw error
    }
  }
}
