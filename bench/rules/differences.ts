/**
 * Where two engines decided differently.
 *
 * @param ours the names of the rules that fired, event by event, as one text
 * @returns one sentence for each such event
 */
export function differences(ours: readonly string[], theirs: readonly string[]): string[] {
  const longer = Math.max(ours.length, theirs.length)
  return Array.from({ length: longer }, (_, event) => event)
    .filter((event) => ours[event] !== theirs[event])
    .map((event) => `event ${event}: ${said(ours[event])} and ${said(theirs[event])}`)
}

const said = (fired: string | undefined): string => (fired === undefined ? 'nothing' : `[${fired}]`)
