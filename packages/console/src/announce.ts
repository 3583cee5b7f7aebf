import { storeOf } from './store.ts'

/** What the one live region says. The counter lets the same words be spoken twice. */
export const spoken = storeOf<{ readonly words: string; readonly times: number }>({ words: '', times: 0 })

export function announce(words: string): void {
  spoken.set({ words, times: spoken.get().times + 1 })
}
