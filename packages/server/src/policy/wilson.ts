// The quantile of the normal distribution for 95 %.
const Z = 1.959963984540054

/**
 * The 95 % interval of Wilson for a share: it stays between 0 and 1 and means something for small numbers, too.
 *
 * @param hits whole number, at most `of`
 * @param of whole number above 0
 * @see Wilson, "Probable inference, the law of succession, and statistical inference", 1927
 */
export function wilson(hits: number, of: number): { low: number; high: number } {
  const share = hits / of
  const square = Z ** 2
  const middle = (share + square / (2 * of)) / (1 + square / of)
  const half = (Z / (1 + square / of)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of ** 2))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
