/** How calls are gathered into groups. */
export interface Gathering<T, A> {
  /** What one call weighs, and what a group may weigh; a call that is heavier goes alone. */
  readonly weigh: (call: T) => number
  readonly most: number
  /** Writes a group, calls in the order of their arrival, all or none. Gives one answer for each call. */
  readonly write: (calls: readonly T[]) => Promise<readonly A[]>
  /** Groups that are written at once, begun in the order of arrival. Default: one. */
  readonly atOnce?: number
  /** Whether a group that failed like this is tried again call by call: one of them may be wrong, and the others right. Default: no. */
  readonly apart?: (error: unknown) => boolean
}

interface Waiting<T, A> {
  readonly call: T
  readonly done: (answer: A) => void
  readonly failed: (error: unknown) => void
}

/** Calls of one turn of the event loop, and those that arrive while enough is being written, go together: fewer commits. */
export function gather<T, A>(gathering: Gathering<T, A>): (call: T) => Promise<A> {
  const { atOnce = 1 } = gathering
  let waiting: Waiting<T, A>[] = []
  let writing = 0
  let soon = false
  const begin = (): void => {
    soon = false
    while (waiting.length > 0 && writing < atOnce) {
      const group = takeGroup(waiting, gathering)
      waiting = waiting.slice(group.length)
      writing += 1
      void settle(group, gathering).then(() => {
        writing -= 1
        begin()
      })
    }
  }
  return (call) =>
    new Promise((done, failed) => {
      waiting.push({ call, done, failed })
      if (soon || writing === atOnce) return
      soon = true
      setImmediate(begin)
    })
}

async function settle<T, A>(group: readonly Waiting<T, A>[], gathering: Gathering<T, A>): Promise<void> {
  try {
    const answers = await gathering.write(group.map(({ call }) => call))
    if (answers.length !== group.length) throw new TypeError('a group has another number of answers than of calls')
    for (const [place, answer] of answers.entries()) group[place]?.done(answer)
  } catch (error) {
    if (group.length > 1 && gathering.apart?.(error) === true) {
      for (const one of group) await settle([one], gathering)
    } else for (const one of group) one.failed(error)
  }
}

function takeGroup<T, A>(waiting: readonly Waiting<T, A>[], { weigh, most }: Gathering<T, A>): Waiting<T, A>[] {
  let weight = 0
  const end = waiting.findIndex(({ call }, place) => {
    weight += weigh(call)
    return place > 0 && weight > most
  })
  return waiting.slice(0, end === -1 ? waiting.length : end)
}
