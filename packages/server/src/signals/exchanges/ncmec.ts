import { parsePdq } from '@lamplighter/matching'
import { z } from 'zod'
import type { OthersOpinion } from '../lists/changes.ts'
import { parseEntry } from '../lists/parse.ts'
import { accepted, textOf } from './answers.ts'
import { feedbackIn } from './ncmec-feedback.ts'
import { NCMEC_NAMESPACE, ncmecPushes } from './ncmec-push.ts'
import { type Ask, ExchangeError, type Page, type Source, type SourceChange, type SourceKind } from './source.ts'
import { childOf, parseXml, type XmlElement } from './xml.ts'

/**
 * The data sets of NCMEC, each with its test system. Their classes and terms differ, so each is a source of its own. Where NCMEC publishes no
 * address, it names one to the member, who sets it as `root`.
 */
export const NCMEC_SETS = {
  industry: { live: 'https://report.cybertip.org/hashsharing', test: 'https://exttest.cybertip.org/hashsharing' },
  exploitative: {
    live: 'https://hashsharing.ncmec.org/exploitative',
    test: 'https://hashsharing-test.ncmec.org/exploitative',
  },
  npo: { live: 'https://hashsharing.ncmec.org/npo', test: 'https://hashsharing-test.ncmec.org/npo' },
  generative: { live: undefined, test: undefined },
  'law-enforcement': { live: undefined, test: undefined },
} as const

/** Credentials go to these hosts only; loopback is for tests and the demo, and has to be opened by the operator. */
const HOSTS = /(^|\.)(ncmec\.org|cybertip\.org)$|^127\.0\.0\.1$/

const Settings = z
  .strictObject({
    set: z.enum(['industry', 'exploitative', 'npo', 'generative', 'law-enforcement']),
    system: z.enum(['live', 'test']).default('live'),
    /** Address of the application as NCMEC told it; the published one where it is left out. */
    root: z
      .url({ protocol: /^https?$/ })
      .max(300)
      .refine((url) => HOSTS.test(new URL(url).hostname), 'expected an address of ncmec.org or cybertip.org')
      .refine((url) => new URL(url).search === '' && new URL(url).hash === '', 'expected an address without ? and #')
      .optional(),
    /** The number of this platform among NCMEC's members. Without it ours could be taken for another's, so opinions are not read. */
    ownMember: z
      .string()
      .regex(/^\d{1,12}$/)
      .optional(),
  })
  .refine(({ set, system, root }) => root !== undefined || NCMEC_SETS[set][system] !== undefined, {
    path: ['root'],
    message: 'NCMEC publishes no address of this data set; set the one that it told you',
  })
type Settings = z.output<typeof Settings>

const Credentials = z.strictObject({
  // Basic cannot tell a colon of a name from the one behind it (RFC 7617 §2).
  username: z.string().regex(/^[^:\p{Cc}]{1,200}$/u),
  password: z.string().regex(/^\P{Cc}{1,200}$/u),
})
type Credentials = z.output<typeof Credentials>

const At = z.strictObject({ from: z.string(), to: z.string(), next: z.string().optional() })
type At = z.output<typeof At>
const Cursor = z.strictObject({ to: z.string() })

/** A window ends so long ago: a clock of ours that is some minutes fast asks for nothing that is not finished there. */
const BEHIND_MS = 10 * 60_000
/** A window begins so long before the last one ended: what changed in the very second of the border is in one of them. */
const OVERLAP_MS = 60_000
/** Before there was anything. */
const BEGINNING = 0

const rootOf = ({ set, system, root }: Settings): string => (root ?? NCMEC_SETS[set][system] ?? '').replace(/\/+$/, '')

/** NCMEC Hash Sharing, version 2 (matching.md §10.2; documentation: https://report.cybertip.org/hashsharing/v2/documentation). */
export const ncmec: SourceKind<Settings, Credentials> = {
  id: 'ncmec',
  settings: Settings,
  credentials: Credentials,
  startsAs: { harm: 'csea', terms: 'NCMEC Hash Sharing', feedback: 'expected' },
  hears: { reasons: true, hashes: {} },
  origin: (settings) => new URL(rootOf(settings)).origin,
  open: (settings, credentials): Source => ({
    begin(cursor, now) {
      const last = cursor === undefined ? undefined : Cursor.parse(cursor).to
      const from = last === undefined ? BEGINNING : Date.parse(last) - OVERLAP_MS
      return { at: { from: secondOf(from), to: secondOf(now - BEHIND_MS) }, full: last === undefined }
    },
    page: (at, ask) =>
      pageOf({ root: rootOf(settings), headers: signIn(credentials), own: settings.ownMember }, At.parse(at), ask),
    pushes: ncmecPushes({ root: rootOf(settings), headers: signIn(credentials) }),
  }),
}

const signIn = ({ username, password }: Credentials): Readonly<Record<string, string>> => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`,
  accept: 'application/xml',
})
const secondOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

async function pageOf(
  to: {
    readonly root: string
    readonly headers: Readonly<Record<string, string>>
    readonly own: string | undefined
  },
  at: At,
  ask: Ask,
): Promise<Page> {
  const path = at.next ?? `/v2/entries?${new URLSearchParams({ from: at.from, to: at.to })}`
  const answer = await ask({ method: 'GET', url: to.root + path, headers: to.headers })
  if (at.next !== undefined && [400, 404, 410].includes(answer.status)) {
    throw new ExchangeError('window_over', 'NCMEC no longer takes the place of the next page')
  }
  const result = parseXml(textOf(accepted(answer)), 'queryResult', NCMEC_NAMESPACE)
  const rows = result.children
    .filter(({ name }) => name === 'images' || name === 'videos')
    .flatMap(({ children }) => children.map((element) => rowOf(element, to.own)))
  const next = nextOf(result, at)
  return {
    changes: rows.flatMap(({ changes }) => changes),
    bad: rows.flatMap(({ bad }) => bad),
    unmatched: summed(rows.map(({ unmatched }) => unmatched)),
    next: next === undefined ? { cursor: { to: at.to } } : { at: { ...at, next } },
  }
}

/** The place of the next page as it was given. It must be of the same window, or entries would be lost. */
function nextOf(result: XmlElement, { from, to }: At): string | undefined {
  const paging = childOf(result, 'paging')
  const next = paging === undefined ? undefined : childOf(paging, 'next')?.text
  if (next === undefined || next === '') return undefined
  const query = /^\/v2\/entries\?([^#\s]*)$/.exec(next)?.[1]
  const given = new URLSearchParams(query)
  const isSame = (name: string, instant: string) => Date.parse(given.get(name) ?? '') === Date.parse(instant)
  if (query === undefined || !isSame('from', from) || !isSame('to', to)) {
    throw new ExchangeError('unreadable', 'the next page is not one of the window that was asked for')
  }
  return next
}

interface Row {
  readonly changes: readonly SourceChange[]
  readonly bad: Page['bad']
  readonly unmatched: Page['unmatched']
}

/** One entry: all that is known of it now, or that it is gone. Entries always come in their newest state, so what was there before is dropped. */
function rowOf(element: XmlElement, own: string | undefined): Row {
  const member = childOf(element, 'member')?.attributes.id ?? ''
  const id = childOf(element, 'id')?.text ?? ''
  const stamp = Date.parse(childOf(element, 'timestamp')?.text ?? '')
  if (!/^\d{1,12}$/.test(member) || id === '' || id.length > 400 || Number.isNaN(stamp)) {
    return badRow(element, 'expected a member, an id and a timestamp')
  }
  const sourceId = ncmecSourceId(member, id)
  const drop: SourceChange = { op: 'drop', sourceId, stamp }
  switch (element.name) {
    case 'deletedImage':
    case 'deletedVideo':
      return { changes: [drop], bad: [], unmatched: {} }
    case 'image':
    case 'video':
      return withFingerprints(element, { sourceId, stamp, drop, opinions: feedbackIn(element, own) })
    default:
      return badRow(element, 'expected an image or a video, or one that was deleted')
  }
}

const badRow = (element: XmlElement, why: string): Row => ({ changes: [], bad: [rawOf(element, why)], unmatched: {} })
const rawOf = ({ source }: XmlElement, why: string) => ({ raw: new TextEncoder().encode(source), why })

function withFingerprints(
  element: XmlElement,
  of: {
    readonly sourceId: string
    readonly stamp: number
    readonly drop: SourceChange
    readonly opinions: ((fingerprint: string) => readonly OthersOpinion[]) | undefined
  },
): Row {
  const fingerprints = childOf(element, 'fingerprints')
  if (fingerprints === undefined) return badRow(element, 'expected fingerprints')
  const word = childOf(element, 'classification')?.text ?? ''
  const changes: SourceChange[] = [of.drop]
  const bad: Page['bad'][number][] = []
  const unmatched: Record<string, number> = {}
  for (const { name, text } of fingerprints.children) {
    const kind = KINDS.get(name)
    if (kind === undefined || isFlat(name, text)) {
      const counted = kind === undefined ? name : `${name} without features`
      unmatched[counted] = (unmatched[counted] ?? 0) + 1
      continue
    }
    const entry = kind.form.test(text) ? parseEntry({ value: text, class: word }, kind.is) : { why: `expected ${name}` }
    if ('why' in entry) bad.push(rawOf(element, `${name}: ${entry.why}`))
    else {
      changes.push({
        op: 'put',
        sourceId: of.sourceId,
        stamp: of.stamp,
        kind: kind.is,
        entry: { ...entry, sourceId: of.sourceId },
        ...(of.opinions !== undefined && { opinions: of.opinions(name) }),
      })
    }
  }
  return { changes, bad, unmatched }
}

/** Fingerprints that something here can match; all others are counted. */
const KINDS: ReadonlyMap<string, { readonly is: 'pdq' | 'digest'; readonly form: RegExp }> = new Map([
  ['md5', { is: 'digest', form: /^[0-9a-fA-F]{32}$/ }],
  ['sha1', { is: 'digest', form: /^[0-9a-fA-F]{40}$/ }],
  ['pdq', { is: 'pdq', form: /^[0-9a-fA-F]{64}$/ }],
])

/** A right PDQ of a picture without features: no row is broken, and yet it would match by chance (matching.md §6.3). */
const isFlat = (name: string, text: string): boolean =>
  name === 'pdq' && /^[0-9a-fA-F]{64}$/.test(text) && parsePdq(text) === undefined

/** How entries are named here: an id is the member's own, so the member is part of it. Both stand as in NCMEC's addresses. */
export const ncmecSourceId = (member: string, id: string): string => `${member}/${encodeURIComponent(id)}`

function summed(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const count of counts) for (const [name, n] of Object.entries(count)) sums[name] = (sums[name] ?? 0) + n
  return sums
}
