import { readFile } from 'node:fs/promises'
import { hashPicture } from '@lamplighter/matching'
import { addConnection } from '../actions/index.ts'
import type { Context } from '../context.ts'
import { pdqKernel } from '../evidence/decoder/index.ts'
import { FOLLOW, followOnce } from '../intake/index.ts'
import { drawSynthetic, type SampleKind } from '../signals/sample-pictures.ts'
import { encodePng } from '../signals/sample-png.ts'
import { type Fence, partitionLease } from '../storage/index.ts'
import type { DemoClock } from './clock.ts'
import { type Account, makeTown, type Said, TERM_LISTS } from './harbour.ts'
import { teachDemo } from './learner.ts'
import type { Platform } from './platform.ts'

export const OPERATOR = 'operator'
const wick = (name: string): Promise<string> =>
  readFile(new URL(import.meta.resolve(`@lamplighter/rules/wick/${name}`)), 'utf8')

/** Side of the drawn pictures: enough for a hash, little enough for a quick start. */
const PICTURE_PX = 256

/** What stands on the demo's lists of known pictures. */
const KNOWN = { csam: ['hatched', 1], terror: ['pattern', 7] } as const satisfies Record<
  string,
  readonly [SampleKind, number]
>

/** Made-up staff, one person a role; the first one is whom the printed link signs in. */
export const STAFF = [
  { name: 'Lena (demo lead)', roles: ['lead', 'child-safety'] },
  { name: 'Ravi (demo reviewer)', roles: ['reviewer'] },
  { name: 'Ines (demo child safety)', roles: ['child-safety'] },
  { name: 'Olu (demo legal)', roles: ['legal'] },
  { name: 'Mira (demo auditor)', roles: ['auditor'] },
  { name: 'Tom (demo admin)', roles: ['admin'] },
] as const

/** Everything that is there before anybody looks: staff, rules, lists, connections. */
export async function seedHouse(context: Context, hook: string): Promise<string[]> {
  const staff = await context.people.seed(STAFF.map(({ name, roles }) => ({ name, roles: [...roles] })))
  const [text, schemaText] = await Promise.all([wick('core.wick'), wick('chat.schema.wick')])
  // Before the rules that ask it go live.
  await teachDemo(context.models, OPERATOR)
  await context.registry.put({
    text,
    schemaText,
    doer: { name: OPERATOR, staff: null, touch: 'operator', request: 'demo' },
    reason: 'the rules that the demo starts with',
    seen: 'all',
  })
  for (const list of TERM_LISTS) {
    await putList(context, list, list.values.join('\n'))
  }
  const media = { kind: 'pdq' as const, context: false }
  await putList(context, { ...media, id: 'csam_media', harm: 'csea', sealed: true }, pdqOf(KNOWN.csam))
  await putList(context, { ...media, id: 'terror_media', harm: 'terrorism', sealed: true }, pdqOf(KNOWN.terror))
  await putList(
    context,
    { id: 'csam_digests', kind: 'digest', harm: 'csea', context: false, sealed: true },
    '0'.repeat(64),
  )
  const means = await context.meansFor([])
  const does = [
    'remove',
    'restore',
    'hold',
    'release',
    'label',
    'unlabel',
    'limit',
    'unlimit',
    'warn',
    'suspend',
    'unsuspend',
  ] as const
  await context.storage.store.tx(addConnection, { wish: { name: 'harbour', kind: 'webhook', url: hook, does }, means })
  return staff
}

/** Lets a list run, with these values. */
export async function putList(
  { library }: Pick<Context, 'library'>,
  list: {
    readonly id: string
    readonly kind: 'text' | 'domain' | 'pdq' | 'digest'
    readonly harm: string
    readonly context: boolean
    readonly sealed?: boolean
    readonly source?: string
    readonly rails?: Parameters<Context['library']['import']>[0]['facts']['rails']
  },
  text: string,
): Promise<void> {
  const facts = {
    id: list.id,
    kind: list.kind,
    harm: list.harm,
    sealed: list.sealed ?? false,
    context: list.context,
    source: list.source ?? 'demo',
    staleAfterMs: null,
    ...(list.rails !== undefined && { rails: list.rails }),
  }
  await library.import({ facts, text, contentType: 'text/plain', by: OPERATOR, live: true })
}

/** Hash of a drawn picture. */
export function pdqOf([kind, seed]: readonly [SampleKind, number]): string {
  const { width, height, data } = drawSynthetic(kind, seed, PICTURE_PX)
  const hashed = hashPicture(pdqKernel(), { width, height, channels: 4, data }, { kernel: 'exact' })
  if ('none' in hashed) throw new Error('a drawn picture has no hash')
  return hashed.pdq
}

export interface Seeded {
  readonly accounts: number
  readonly messages: number
  readonly reports: number
}

/**
 * The made-up past of the town, handed in by the platform's own key, oldest first. One after another: two machines then give the same case
 * numbers.
 */
export async function seedTown(
  context: Context,
  platform: Platform,
  clock: DemoClock,
  onProgress: (done: number, total: number) => void,
): Promise<Seeded> {
  const town = makeTown()
  const total = town.chatter.length + town.trouble.length + town.complaints.length + UPLOADS.length
  let done = 0
  const step = (count: number): void => {
    done += count
    onProgress(done, total)
  }
  const following = await startFollowing(context)
  const oldest = Math.max(...town.chatter.map(({ agoMs }) => agoMs))
  clock.setBack(oldest)
  const lines = town.chatter.map((said) => JSON.stringify(eventOf(said, Date.now() - said.agoMs)))
  for (let from = 0; from < lines.length; from += 500) {
    const part = lines.slice(from, from + 500)
    await platform.call('POST', '/v1/events', `${part.join('\n')}\n`, { 'content-type': 'application/x-ndjson' })
    await following.judge()
    step(part.length)
  }
  const story = [
    ...town.trouble.map((said) => ({
      agoMs: said.agoMs,
      tell: () => platform.call('POST', '/v1/screen', eventOf(said, clock.now())),
    })),
    ...UPLOADS.map((upload, index) => ({
      agoMs: upload.agoMs,
      tell: () => sendPicture(platform, upload, `u-${index + 1}`, town.accounts, clock.now()),
    })),
    ...town.complaints.map((complaint) => ({
      agoMs: complaint.agoMs,
      tell: () => platform.call('POST', '/v1/reports', reportOf(complaint, clock.now())),
    })),
  ].sort((a, b) => b.agoMs - a.agoMs)
  for (const { agoMs, tell } of story) {
    clock.setBack(agoMs)
    await tell()
    await following.judge()
    step(1)
  }
  clock.setBack(0)
  await following.end()
  return {
    accounts: town.accounts.length,
    messages: lines.length + town.trouble.length,
    reports: town.complaints.length,
  }
}

/** Judges what waits in the stream, partition by partition, so that the order is the same everywhere. The leases are held for all of it. */
interface Following {
  judge(): Promise<void>
  end(): Promise<void>
}

/** Longer than any seeding takes; given back at its end. */
const LEASE_MS = 600_000

async function startFollowing({ storage, intake }: Context): Promise<Following> {
  const fences: Fence[] = []
  for (let part = 0; part < storage.stream.partitions; part += 1) {
    const fence = await storage.leases.acquire(partitionLease(FOLLOW, part), LEASE_MS)
    if (fence === undefined) throw new Error('demo: another process judges the stream')
    fences.push(fence)
  }
  const quietly = { onBatch: () => undefined, onPoison: () => undefined, onFailure: () => undefined }
  return {
    async judge() {
      for (const fence of fences) while ((await followOnce(intake, fence, quietly)) > 0);
    },
    async end() {
      for (const fence of fences) await storage.leases.release(fence)
    },
  }
}

/** One event as the platform sends it. */
export function eventOf(said: Said, at: number): Record<string, unknown> {
  return {
    kind: said.kind,
    id: said.id,
    occurred_at: new Date(at).toISOString(),
    actor: accountOf(said.actor),
    ...(said.kind === 'message' &&
      said.target !== undefined && {
        target: accountOf(said.target),
        tie: { connected: said.connected, first_contact: !said.connected },
      }),
    room: roomOf(said),
    item: { id: said.id, text: said.text },
  }
}

function roomOf({ where, id }: Said): Record<string, unknown> {
  switch (where) {
    case 'square':
      return { id: 'square', type: 'forum', audience: 'public' }
    case 'quay':
      return { id: 'quay', type: 'channel', audience: 'public' }
    case 'direct':
      return { id: `dm-${id}`, type: 'direct', audience: 'private' }
  }
}

const accountOf = (account: Account): Record<string, unknown> => ({
  id: account.id,
  age: account.ageDays * 86_400_000,
  age_band: account.ageBand,
  age_source: 'declared',
  kind: 'person',
})

function reportOf(
  { id, by, about, harm }: { id: string; by: Account; about: Said; harm: string },
  at: number,
): Record<string, unknown> {
  return {
    kind: 'report',
    id,
    occurred_at: new Date(at).toISOString(),
    actor: accountOf(by),
    target: accountOf(about.actor),
    item: { id: about.id, text: about.text },
    report: { id, harm },
  }
}

interface Upload {
  readonly picture: readonly [SampleKind, number]
  readonly turned: boolean
  readonly broken: boolean
  readonly agoMs: number
}

const HOUR = 3_600_000
/** Two known pictures, one of them turned; one known to the other list; one that cannot be read; two harmless ones. */
const UPLOADS: readonly Upload[] = [
  { picture: KNOWN.csam, turned: false, broken: false, agoMs: 0.2 * HOUR },
  { picture: KNOWN.csam, turned: true, broken: false, agoMs: 0.1 * HOUR },
  { picture: KNOWN.terror, turned: false, broken: false, agoMs: 0.9 * HOUR },
  { picture: ['boat', 3], turned: false, broken: true, agoMs: 0.6 * HOUR },
  { picture: ['boat', 4], turned: false, broken: false, agoMs: 2 * HOUR },
  { picture: ['tiles', 5], turned: false, broken: false, agoMs: 3 * HOUR },
]

async function sendPicture(
  platform: Platform,
  upload: Upload,
  id: string,
  accounts: readonly Account[],
  at: number,
): Promise<void> {
  const [kind, seed] = upload.picture
  const drawn = drawSynthetic(kind, seed, PICTURE_PX)
  const png = encodePng(upload.turned ? turned(drawn) : drawn)
  const bytes = upload.broken ? png.subarray(0, Math.floor(png.length / 2)) : png
  await platform.call('PUT', `/v1/media/${id}?audience=public`, bytes, {
    'content-type': 'image/png',
    prefer: 'wait=10',
  })
  const actor = accounts[(seed * 17 + id.length) % accounts.length]
  if (actor === undefined) throw new Error('demo: there are no accounts')
  await platform.call(
    'POST',
    '/v1/screen',
    {
      kind: 'upload',
      id,
      occurred_at: new Date(at).toISOString(),
      actor: accountOf(actor),
      media: [{ id, type: 'image/png' }],
    },
    { prefer: 'wait=5' },
  )
}

/** The picture turned by 90 degrees. */
function turned({ width, height, data }: { width: number; height: number; data: Uint8Array }) {
  const out = new Uint8Array(data.length)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      out.set(data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4), (x * height + (height - 1 - y)) * 4)
    }
  }
  return { width: height, height: width, data: out }
}
