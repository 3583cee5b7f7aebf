/** A gap that must be filled before anybody reads the text: `{{what happened}}`. */
export interface Placeholder {
  readonly from: number
  readonly to: number
  readonly name: string
}

/** All gaps of a text, in order. Half a gap (`{{` or `}}` alone) counts: a person would read it. */
export function placeholdersIn(text: string): Placeholder[] {
  const found: Placeholder[] = []
  for (const match of text.matchAll(/\{\{([^{}]*)\}\}|\{\{|\}\}/g)) {
    found.push({ from: match.index, to: match.index + match[0].length, name: (match[1] ?? '').trim() })
  }
  return found
}
