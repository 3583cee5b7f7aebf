/** Sentences that Lamplighter has written: what the server says, and what is shown for it. */
export type Shipped = readonly (readonly [said: string, shown: string])[]

/**
 * What the server says in words, in the reader's language where Lamplighter wrote those words; what anybody else wrote stays as it is. A
 * sentence with `{name}` in it is found by all around the gaps, and what stood in them is put into the same gaps of the other. Pure.
 */
export function sayer(pairs: Shipped): (text: string) => string {
  const whole = new Map(pairs.filter(([said]) => !said.includes('{')))
  const open = pairs.filter(([said]) => said.includes('{')).map(([said, shown]) => ({ ...heard(said), shown }))
  return (text) => {
    const found = whole.get(text)
    if (found !== undefined) return found
    for (const { pattern, names, shown } of open) {
      const parts = pattern.exec(text)
      if (parts !== null) return shown.replaceAll(GAP, (gap, name: string) => parts[names.indexOf(name) + 1] ?? gap)
    }
    return text
  }
}

const GAP = /\{([a-z_.]+)\}/g

/** The sentence as a pattern with a group for each gap. */
function heard(said: string): { pattern: RegExp; names: readonly string[] } {
  const names = [...said.matchAll(GAP)].map(([, name = '']) => name)
  const around = said.split(/\{[a-z_.]+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return { pattern: new RegExp(`^${around.join('(.+?)')}$`, 's'), names }
}
