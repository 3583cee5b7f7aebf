import { z } from 'zod'
import { type OutgoingAnswer, OutgoingError } from '../../http/outgoing.ts'
import { shaped } from './json-pages.ts'
import {
  type Ask,
  ExchangeError,
  type Opinion,
  type Push,
  type Pushed,
  type Pushes,
  type SharedHash,
} from './source.ts'
import { appOf, askGraph, type Graph, graphAccepted, isGone } from './threatexchange-graph.ts'
import { graphId } from './threatexchange-rows.ts'

/*
 * What is told to a group: reactions to the descriptors of others, and descriptors of our own (developers.facebook.com/docs/threat-exchange/reference:
 * reacting, submitting, deleting). Reactions are a set, so a second one changes nothing; of a second descriptor that is not said.
 */

/** `HELPFUL` is read as agreement, `NON_MALICIOUS` says that it was looked at and is harmless. */
const REACTIONS: Readonly<Record<Opinion, string>> = {
  upheld: 'HELPFUL',
  rejected: 'NON_MALICIOUS',
  waiting: 'IN_REVIEW',
}
const TYPE_OF: Readonly<Record<SharedHash['kind'], string>> = {
  pdq: 'HASH_PDQ',
  md5: 'HASH_MD5',
  sha1: 'HASH_SHA1',
  sha256: 'HASH_SHA256',
}
/** A description is required, and says nothing about what was seen. */
const DESCRIPTION = 'Confirmed by review'

const opinionsOf = z.object({
  descriptors: z.object({ data: z.array(z.object({ id: graphId, owner: z.object({ id: graphId }) })) }).optional(),
})
const success = z.object({ success: z.literal(true) })
const created = z.object({ success: z.literal(true), id: graphId })

/** Calls that were not sent: whoever asks again asks for the first time. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'url_refused',
  'name_unknown',
  'address_refused',
  'connect_failed',
  'tls_failed',
])

export function threatExchangePushes(graph: Graph): Pushes {
  return {
    isRepeatable: ({ act }) => act !== 'share',
    send: (push, ask) => send(graph, push, ask),
  }
}

async function send(graph: Graph, push: Push, ask: Ask): Promise<Pushed> {
  switch (push.act) {
    case 'say':
      return react(graph, { push, parameter: 'reactions', reaction: REACTIONS[push.says] }, ask)
    case 'unsay':
      return react(graph, { push, parameter: 'reactions_to_remove', reaction: REACTIONS[push.said] }, ask)
    case 'share':
      return share(graph, push, ask)
    case 'unshare':
      return unshare(graph, push.remoteId, ask)
  }
}

/** Reacts to what others say of the indicator: an own descriptor cannot be reacted to. */
async function react(
  graph: Graph,
  { push, parameter, reaction }: { push: Push & { act: 'say' | 'unsay' }; parameter: string; reaction: string },
  ask: Ask,
): Promise<Pushed> {
  const hidden = [push.about.value]
  const path = pathOf(push.about.sourceId)
  const query = { fields: 'descriptors{id,owner{id}}' }
  const answer = await askGraph(graph, { method: 'GET', path, query, hidden }, ask)
  const all = isGone(answer) ? [] : (shaped(graphAccepted(answer), opinionsOf).descriptors?.data ?? [])
  const others = all.filter(({ owner }) => owner.id !== appOf(graph))
  if (others.length === 0) {
    if (push.act === 'unsay') return { state: 'done' }
    throw new ExchangeError(
      'refused',
      'nobody else says anything of this entry there any more; there is nothing to react to',
    )
  }
  for (const { id } of others) {
    const form = { [parameter]: reaction }
    shaped(graphAccepted(await askGraph(graph, { method: 'POST', path: id, form, hidden }, ask)), success)
  }
  return { state: 'done' }
}

async function share(graph: Graph, push: Push & { act: 'share' }, ask: Ask): Promise<Pushed> {
  const { group, shareLevel } = graph.settings
  const form = {
    indicator: push.hash.value,
    type: TYPE_OF[push.hash.kind],
    description: DESCRIPTION,
    status: 'MALICIOUS',
    share_level: shareLevel,
    privacy_type: 'HAS_PRIVACY_GROUP',
    privacy_members: group,
    ...(push.tags.length > 0 && { tags: push.tags.join(',') }),
  }
  const call = { method: 'POST', path: 'threat_descriptors', form, hidden: [push.hash.value] } as const
  let answer: OutgoingAnswer
  try {
    answer = await askGraph(graph, call, ask)
  } catch (error) {
    if (error instanceof OutgoingError && !NOT_SENT.has(error.code)) return { state: 'unclear' }
    throw error
  }
  // Whether it was kept before the fault came is not known.
  if (answer.cut !== null || answer.status >= 500) return { state: 'unclear' }
  try {
    return { state: 'done', remoteId: shaped(graphAccepted(answer), created).id }
  } catch (error) {
    if (error instanceof ExchangeError && error.code === 'unreadable') return { state: 'unclear' }
    throw error
  }
}

async function unshare(graph: Graph, remoteId: string | undefined, ask: Ask): Promise<Pushed> {
  if (remoteId === undefined) {
    throw new ExchangeError(
      'refused',
      'the id of the shared hash is not known; take it back in the pages of ThreatExchange',
    )
  }
  const answer = await askGraph(graph, { method: 'DELETE', path: pathOf(remoteId) }, ask)
  if (!isGone(answer)) shaped(graphAccepted(answer), success)
  return { state: 'done' }
}

/** An id as a path; anything else would be another call. */
function pathOf(id: string): string {
  if (graphId.safeParse(id).success) return id
  throw new ExchangeError('refused', 'expected the number that ThreatExchange gave the entry')
}
