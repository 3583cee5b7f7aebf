/** `1042` → `C-1042`, as staff read it. */
export const caseName = (number: number): string => `C-${number}`

/** `C-1042` → 1042; null for anything else. */
export function caseNumber(name: string): number | null {
  const match = /^[Cc]-?([1-9]\d{0,12})$/.exec(name)
  return match?.[1] === undefined ? null : Number(match[1])
}

/** `child_abuse` → `child abuse`: ids of the rule language, read as words. */
export const wordsOf = (id: string): string => id.replaceAll(/[_-]+/g, ' ')
