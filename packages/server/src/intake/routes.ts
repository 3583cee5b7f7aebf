import { deleteMedia, events, getMedia, getPolicies, putMedia, reports, screen } from '@lamplighter/api'
import { type MediaVault, tooLarge } from '../evidence/index.ts'
import { streamOf } from '../http/body.ts'
import { AppError } from '../http/errors.ts'
import { refusalOf } from '../http/input.ts'
import { paced } from '../http/paced.ts'
import type { Principal } from '../http/principal.ts'
import { type Route, route } from '../http/route.ts'
import { privateScanOff, shippedPolicies } from '../policy/index.ts'
import { measuredAnswer } from '../signals/index.ts'
import { takeBatch } from './batch.ts'
import { readBatch } from './body.ts'
import { acceptEvent } from './event.ts'
import { GATE_MS, type Gate, screenEvent } from './gate.ts'
import { ignoredIn } from './ignored.ts'
import { takeReport } from './reports.ts'

export interface IntakeServices extends Gate {
  readonly vault: MediaVault
  /** The most that one file may have: a video. */
  readonly videoBytes: number
  readonly onIgnored: (count: number) => void
  /** Names what a key sent in vain. @param fields asked at most once a day per key */
  readonly nameIgnored: (key: string, now: number, fields: () => readonly string[]) => void
  /** Refuses events while too many wait to be judged (platform.md §10). @throws AppError `backlog_full` */
  checkBacklog(): Promise<void>
}

/** The calls of platforms: events in, verdicts out. */
export function routesOf(services: IntakeServices): Route[] {
  const { bench } = services
  const accept = (json: unknown, who: Principal, now: number) => {
    const edge = acceptEvent(json, bench.rules().schema, {
      connection: connectionOf(who),
      now,
      nameOf: services.nameOf,
    })
    if ('accepted' in edge) return edge.accepted
    throw refusalOf('event', edge.faults)
  }
  const fileOff = (countries: string | undefined, now: number) =>
    privateScanOff(bench.switches().set, countries?.split(',') ?? [undefined], [now])
  const ignored = (who: Principal, now: number, count: number, fields: () => readonly string[]) => {
    services.onIgnored(count)
    if (count > 0 && who.kind === 'key') services.nameIgnored(who.id, now, fields)
  }
  return [
    route(screen, async ({ body, who, now, prefer }) => {
      const accepted = accept(body, who, now)
      ignored(who, now, accepted.ignored.length, () => accepted.ignored)
      return { body: await screenEvent(accepted, services, prefer.waitS === undefined ? GATE_MS : prefer.waitS * 1000) }
    }),
    route(
      events,
      async (call) => {
        await services.checkBacklog()
        const body = await readBatch(call.raw)
        const ndjson = (call.raw.headers.get('content-type') ?? '').startsWith('application/x-ndjson')
        const how = { ndjson, connection: connectionOf(call.who), now: call.now, prefer: call.prefer }
        const answer = await takeBatch(body, how, {
          storage: services.storage,
          rules: bench.rules,
          nameOf: services.nameOf,
          // The call itself has paid for one.
          spend: (count) => call.spend(Math.max(0, count - 1)),
          onIgnored: (count) => ignored(call.who, call.now, count, () => ignoredIn(body, bench.rules().schema, how)),
        })
        return { status: 202, body: answer }
      },
      { maxBytes: 8 * 2 ** 20 },
    ),
    route(reports, async ({ body, who, now }) => {
      const accepted = accept(body, who, now)
      ignored(who, now, accepted.ignored.length, () => accepted.ignored)
      const { id, recorded } = await takeReport(accepted, services)
      return { status: 201, body: { id, recorded } }
    }),
    route(
      putMedia,
      async ({ params, query, who, raw, prefer, now }) => {
        if (raw.body === null) throw new AppError('invalid', 'The body is empty; send the bytes of the file.')
        const declared = Number(raw.headers.get('content-length') ?? 0)
        if (declared > services.videoBytes) throw tooLarge(services.videoBytes)
        const connection = connectionOf(who)
        const off = query.audience === 'public' ? undefined : fileOff(query.countries, now)
        if (off !== undefined) {
          await dropped(paced(streamOf(raw)), services.videoBytes)
          return { status: 200, body: { id: params.id, state: 'off' as const, by: off } }
        }
        const { created, row } = await services.vault.put({
          connection,
          id: params.id,
          audience: query.audience,
          claimedType: raw.headers.get('content-type'),
          sha256: digestOf(raw.headers),
          declared,
          bytes: paced(streamOf(raw)),
        })
        const facts = prefer.waitS === undefined ? undefined : await services.vault.facts(row, prefer.waitS * 1000)
        return {
          status: created ? 201 : 200,
          body: {
            id: row.media_id,
            size: row.size,
            sha256: row.sha256,
            state: facts === undefined ? row.state : facts.unknown.length === 0 ? 'measured' : 'partly',
            ...(facts !== undefined && { unknown: facts.unknown.map((one) => ({ ...one })) }),
          },
        }
      },
      { maxBytes: services.videoBytes },
    ),
    route(getMedia, async ({ params, who, prefer }) => {
      const found = await services.vault.find(connectionOf(who), params.id, (prefer.waitS ?? 0) * 1000)
      if (found === undefined) {
        throw new AppError('not_found', 'No file was handed in under this id, or nothing flagged it and it is gone.')
      }
      const { row, facts } = found
      const { media_id: id, size, sha256, audience } = row
      if (facts === undefined) {
        const unknown = [{ part: 'pixels' as const, why: 'late' }]
        return { body: { id, size, sha256, audience, state: 'stored' as const, readings: [], unknown, flags: [] } }
      }
      const state = facts.unknown.length === 0 ? ('measured' as const) : ('partly' as const)
      return { body: { ...measuredAnswer(facts), id, size, sha256, audience, state } }
    }),
    route(deleteMedia, async ({ params, who }) => {
      await services.vault.takeBack(connectionOf(who), params.id)
      return new Response(null, { status: 204 })
    }),
    route(getPolicies, async () => ({
      body: {
        items: shippedPolicies.map(({ id, slug, name, version, harms, dsaCategory, text }) => ({
          id,
          slug,
          name,
          version,
          harms: [...harms],
          dsaCategory,
          text,
        })),
      },
    })),
  ]
}

/** Reads a body to its end and keeps nothing of it: the caller hears the answer, not a broken connection. */
async function dropped(body: AsyncIterable<Uint8Array>, most: number): Promise<void> {
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > most) throw tooLarge(most)
  }
}

/** SHA-256 of `Content-Digest` (RFC 9530) or the older `Digest` (RFC 3230), in hex. @throws AppError `malformed` */
function digestOf(headers: Headers): string | undefined {
  const header = headers.get('content-digest') ?? headers.get('digest')
  const value = header === null ? undefined : /(?:^|,)\s*sha-256=:?([^,:\s]*)/i.exec(header)?.[1]
  if (value === undefined) return undefined
  const bytes = Buffer.from(value, 'base64')
  if (bytes.length !== 32)
    throw new AppError('malformed', 'Content-Digest: expected sha-256=:…: with 32 bytes in base64.')
  return bytes.toString('hex')
}

function connectionOf(who: Principal): string {
  if (who.kind === 'key') return who.connection
  if (who.kind === 'operator') return 'operator'
  throw new AppError('forbidden', 'This call needs an API key of a connection.')
}
