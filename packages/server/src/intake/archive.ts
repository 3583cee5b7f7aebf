import type { EventKind, Json, Measured } from '@lamplighter/rules'
import type { LiveRules } from '../policy/index.ts'
import type { Archived, ArchiveReader } from '../replay/index.ts'
import { measure } from '../signals/index.ts'
import { eventsIn } from './batch.ts'
import { knownOf, missingOf, needsIn } from './beside.ts'
import { readBatch } from './body.ts'
import { type Accepted, acceptEvent } from './event.ts'
import { archivedContent } from './evidence.ts'
import { type FileSource, readMedia, withinCap } from './media.ts'
import type { KeyedName } from './names.ts'
import { type Bench, FOLLOW_MS } from './pipeline.ts'
import { asPermitted } from './private.ts'
import { itemOf } from './ruling.ts'
import { mapInTurns } from './turns.ts'
import { holdsContent, OUTSIDE } from './unread.ts'

const PHASES = ['gate', 'follow'] as const
/** Files of the past are gone: what counts is what the archive says of them. */
const NO_FILES: FileSource = { find: async () => undefined, fetched: async () => 'fetch_failed' }

/** Reads what a platform hands in of its past (rules.md §8.3): as events that came when they occurred. */
export function archiveReader(bench: Bench, nameOf: KeyedName): ArchiveReader {
  const permitted = (accepted: Accepted, kind: EventKind | undefined) =>
    asPermitted(accepted, kind, { ...bench.switches(), vault: bench.vault })
  return {
    async take(request, from) {
      const { schema } = bench.rules()
      const body = await readBatch(request)
      const accepted = eventsIn(body, from, { rules: bench.rules, spend: () => undefined })
      const events = await mapInTurns(accepted, async ({ told, wire }): Promise<Archived> => {
        const at = Date.parse(told.occurred_at)
        const edge = acceptEvent(wire, schema, { ...from, now: at })
        const kind = schema.events.get(told.kind)
        if (!('accepted' in edge) || kind === undefined) throw new TypeError('an event is one, and then is none')
        const { off } = await permitted(edge.accepted, kind)
        // What may not be read is not kept either, not even sealed.
        return off === undefined ? { at, wire } : { at, wire: withoutContent(wire, kind), off }
      })
      return { body, events }
    },
    plan(events, { connection, versions }) {
      return mapInTurns(events, async ({ at, wire, off }) => {
        const [first] = versions
        if (first === undefined) return undefined
        const { schema } = first
        const edge = acceptEvent(wire, schema, { connection, now: at, nameOf })
        if (!('accepted' in edge)) return undefined
        const kind = schema.events.get(edge.accepted.told.kind)
        const accepted =
          off === undefined || kind === undefined
            ? await permitted(edge.accepted, kind)
            : edge.accepted.unread(off, kind)
        const media = withinCap(await readMedia(accepted, NO_FILES, 0), bench.lists, bench.switches().at)
        const { readings, digestKinds, hashed, videos } = media
        const lists = bench.lists.bind(readings, bench.switches().at, digestKinds, hashed, videos)
        const measured = await measuredFor(versions, accepted, bench)
        return {
          judged: {
            event: media.event,
            schema,
            receivedAt: at,
            versions: versions.map(({ program }, place) => {
              const own = measured[place] ?? {}
              return { program, measured: own, plan: program.plan(media.event, own, lists) }
            }),
            lists: () => Object.fromEntries([...lists.asked].map(([id, { version }]) => [id, version])),
            said: null,
            unsure: false,
            origin: { connection, item: itemOf({ accepted, rules: first }) },
          },
          content: () => archivedContent(accepted, media, lists),
        }
      })
    },
  }
}

/** What the signals of each version say; what two of them ask is asked once. */
async function measuredFor(versions: readonly LiveRules[], { event }: Accepted, bench: Bench): Promise<Measured[]> {
  const [first, ...others] = versions
  if (first === undefined) return []
  const how = { providers: bench.providers, budgetMs: FOLLOW_MS }
  const own = await measure(needsIn(first, event.kind, PHASES), event, how)
  const rest = others.map(async (rules) => ({
    ...knownOf(rules, first, own),
    ...(await measure(missingOf(rules, first, event.kind, PHASES), event, how)),
  }))
  return [own, ...(await Promise.all(rest))]
}

/** The event as it came, without what nobody may read: of records that can hold content, only what is known from outside. */
function withoutContent(wire: Json, kind: EventKind): Json {
  if (typeof wire !== 'object' || wire === null || Array.isArray(wire)) return wire
  const outside = (record: Json): Json =>
    typeof record !== 'object' || record === null || Array.isArray(record)
      ? record
      : Object.fromEntries(Object.entries(record).filter(([name]) => OUTSIDE.has(name)))
  return Object.fromEntries(
    Object.entries(wire).flatMap(([name, value]): [string, Json][] => {
      const member = kind.members.get(name)
      if (member === undefined) return typeof value === 'string' ? [[name, value]] : []
      if (!holdsContent(member.record)) return [[name, value]]
      return [[name, Array.isArray(value) ? value.map(outside) : outside(value)]]
    }),
  )
}
