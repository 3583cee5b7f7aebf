/** Kleene's three values: `undefined` is unknown. */
export type Truth = boolean | undefined

export function not(a: Truth): Truth {
  return a === undefined ? undefined : !a
}

export function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false
  return a === undefined || b === undefined ? undefined : true
}

export function or(a: Truth, b: Truth): Truth {
  return not(and(not(a), not(b)))
}
