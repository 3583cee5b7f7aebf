/** Values of one `in (…)` (platform.md §5). */
const SET = 400

export function slices<T>(all: readonly T[], most: number = SET): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most))
}
