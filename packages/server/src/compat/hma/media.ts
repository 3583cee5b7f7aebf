import type { Measurement } from '../../evidence/decoder/index.ts'
import { AppError } from '../../http/errors.ts'
import type { PageCall } from '../../http/route.ts'
import { connectionOf, type MatchDesk, type Subject, subjectOfFile } from '../../signals/index.ts'

/** Signal types, as HMA names them, with what each is made of. */
export const SIGNALS = { pdq: 'photo', video_md5: 'video' } as const
export type SignalType = keyof typeof SIGNALS
type ContentType = (typeof SIGNALS)[SignalType]

export const isSignalType = (name: string): name is SignalType => Object.hasOwn(SIGNALS, name)

/** A file that was sent or fetched, and what it is taken for. */
export interface Media {
  readonly facts: Measurement
  readonly types: readonly SignalType[]
}

/** The file at `?url=`. @throws AppError `invalid` · `not_ready` it was not to be had */
export async function fetchedMedia({ files }: MatchDesk, { query, who }: PageCall): Promise<Media> {
  const url = query.get('url') ?? ''
  if (url === '') throw new AppError('invalid', 'url is required')
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new AppError('invalid', 'url: expected an address that begins with https: or http:')
  const facts = await files.at(connectionOf(who), url)
  if ('why' in facts) {
    throw new AppError('not_ready', 'The file could not be fetched. Its host is listed by LAMPLIGHTER_MEDIA_HOSTS.')
  }
  const asked = query.get('content_type') ?? ''
  const seen = facts.type.seen.startsWith('image/') ? 'photo' : facts.type.seen.startsWith('video/') ? 'video' : ''
  return mediaOf(facts, asked === '' ? seen : asked, query)
}

/** The one part of a form, whose name says what it is: `photo` or `video`. @throws AppError `invalid` · `too_large` · `overloaded` */
export function sentMedia({ files }: MatchDesk, { raw, query }: PageCall): Promise<Media> {
  return files.whole(raw, async (bytes) => {
    const type = raw.headers.get('content-type') ?? ''
    if (!/^multipart\/form-data\b/i.test(type)) throw new AppError('invalid', 'Missing multipart/form-data file upload')
    const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch(() => undefined)
    if (form === undefined) throw new AppError('invalid', 'The multipart/form-data body cannot be read')
    const parts = [...form].flatMap(([name, value]) => (typeof value === 'string' ? [] : [{ name, value }]))
    const [part, ...others] = parts
    if (part === undefined) throw new AppError('invalid', 'Missing multipart/form-data file upload')
    if (others.length > 0) throw new AppError('invalid', 'Only one file allowed per request')
    assertContentType(part.name)
    const facts = await files.of(new Uint8Array(await part.value.arrayBuffer()), part.value.type || undefined)
    return mediaOf(facts, part.name, query)
  })
}

function mediaOf(facts: Measurement, content: string, query: URLSearchParams): Media {
  assertContentType(content)
  const able = (Object.keys(SIGNALS) as SignalType[]).filter((name) => SIGNALS[name] === content)
  const named = query
    .get('types')
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  if (named === undefined) return { facts, types: able }
  if (named.length === 0) throw new AppError('invalid', 'empty signal type selection')
  const types = able.filter((one) => named.includes(one))
  if (types.length < new Set(named).size) {
    throw new AppError('invalid', `types: a ${content} has the signal types ${able.join(', ')} here`)
  }
  return { facts, types }
}

function assertContentType(name: string): asserts name is ContentType {
  if (name === 'photo' || name === 'video') return
  throw new AppError('invalid', 'no such content_type: expected photo or video')
}

/** The one hash that HMA gives for a signal type. @throws AppError where there is none, or where a part of the file is not known */
export function signalOf({ facts }: Media, type: SignalType): string {
  if (type === 'video_md5') return facts.md5
  assertKnown(facts)
  const reading = facts.readings.find(
    ({ profile, of, ground }) => profile === 'full' && of === 'stored' && (ground ?? 'dropped') !== 'black',
  )
  if (reading === undefined) throw new AppError('invalid', 'The picture is too small to have a pdq hash')
  return reading.pdq
}

/** What is looked up for a signal type: of a picture all its readings, not only the one that `signalOf` gives. */
export function subjectFor({ facts }: Media, type: SignalType): Subject {
  const { readings, digests, ...file } = subjectOfFile(facts)
  if (type === 'pdq') return { ...file, readings, digests: new Map() }
  return {
    file: facts.sha256,
    readings: [],
    digests: new Map([...digests].filter(([kind]) => kind === 'md5')),
    visual: false,
  }
}

/** Faults of the file itself; all else is ours, and may be gone when it is sent again. */
const OF_THE_FILE: ReadonlySet<string> = new Set(['damaged', 'unsupported'])

/** @throws AppError `invalid`, `too_large`, `not_ready` a part of the file is not known */
export function assertKnown({ unknown }: Measurement): void {
  const [first] = unknown
  if (first === undefined) return
  if (first.why === 'too_large') throw new AppError('too_large', 'Content too large')
  throw new AppError(
    OF_THE_FILE.has(first.why) ? 'invalid' : 'not_ready',
    `The file could not be read as a whole (${first.why}); no match is not known of it`,
  )
}
