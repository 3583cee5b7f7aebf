/** Does what has one name one after another, in the order of asking; what has another name goes on beside it. */
export function makeTurns(): <T>(name: string, what: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (name, what) => {
    const done = (last.get(name) ?? Promise.resolve()).then(what)
    // Whoever comes next waits for the end, however it ends.
    last.set(
      name,
      done.catch(() => undefined),
    )
    return done
  }
}
