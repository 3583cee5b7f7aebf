import { getMe } from '@lamplighter/api'
import type { QueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { meQuery } from './queries.ts'
import { noteUnreachable, reach } from './reach.ts'
import { session } from './session.ts'

/** A stopped server is asked often, to go on soon; a signed-out page asks seldom, and when somebody comes back to it. */
const PROBE_MS = { unreachable: 1_500, out: 6_000 }

/** The queries that a name from `/v1/live` makes old. An unknown name changes nothing. */
export function queriesOf(name: string): (string | number)[][] {
  const [subject, id] = name.split(':')
  switch (subject) {
    case 'lanes':
      return [['lanes'], ['me']]
    case 'case':
      return id === undefined ? [] : ['case', 'feedback'].map((key) => [key, Number(id)])
    case 'exchanges':
      return [['exchanges'], ['feedback']]
    case 'deliveries':
      return [['deliveries'], ['connections']]
    case 'log':
      return [['log']]
    case 'people':
    case 'keys':
    case 'lists':
    case 'rulesets':
    case 'switches':
      return [[subject]]
    default:
      return []
  }
}

/** Follows the stream of names while signed in and fetches anew what changed. Returns how to stop. */
export function followLive(client: QueryClient): () => void {
  const stream = new EventSource('/v1/live')
  stream.onmessage = (message: MessageEvent<string>) => {
    for (const queryKey of queriesOf(message.data.trim())) void client.invalidateQueries({ queryKey })
  }
  stream.onerror = () => {
    // A closed stream may be a stopped server or an ended session: one call tells which.
    void call(getMe).catch(() => undefined)
  }
  return () => stream.close()
}

/** Asks again until the server answers (offline) or somebody has signed in (signed out), then lets every open query refresh. */
export function watchReturn(client: QueryClient): () => void {
  const absent = () => reach.get() === 'unreachable' || session.get() === 'out'
  let wasAbsent = absent()
  const look = () => {
    const now = absent()
    if (wasAbsent && !now) void client.invalidateQueries()
    wasAbsent = now
  }
  const stops = [reach.subscribe(look), session.subscribe(look)]
  const ask = () => void client.fetchQuery({ ...meQuery, staleTime: 0 }).catch(() => undefined)
  const probe = () => absent() && ask()
  const timers = [
    setInterval(() => reach.get() === 'unreachable' && ask(), PROBE_MS.unreachable),
    setInterval(() => session.get() === 'out' && reach.get() === 'reached' && ask(), PROBE_MS.out),
  ]
  const onOffline = () => noteUnreachable()
  window.addEventListener('offline', onOffline)
  window.addEventListener('focus', probe)
  return () => {
    for (const timer of timers) clearInterval(timer)
    window.removeEventListener('offline', onOffline)
    window.removeEventListener('focus', probe)
    for (const stop of stops) stop()
  }
}
