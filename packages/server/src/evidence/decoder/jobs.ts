import { createHash } from 'node:crypto'
import { KERNELS } from '@lamplighter/matching'
import { readMeasured, readRendered } from './answers.ts'
import type { Crew } from './crew.ts'
import type { Build, DecoderEvents } from './decoder.ts'
import { LABEL } from './font.ts'
import { headOf, type LargeFile, readLarge } from './large.ts'
import { ANSWER, LIMITS, STEP_SIDE } from './limits.ts'
import type { Request } from './process.ts'
import { sniff } from './sniff.ts'
import type { Measurement, Rendered, RenderOptions, Seen, Why } from './types.ts'
import type { SeenVideo, Videos } from './video.ts'

/** Forms that the first decoder may leave to the second one (matching.md §5.1). */
const NATIVE_TYPES: ReadonlySet<string> = new Set(['image/gif', 'image/tiff', 'image/jpeg', 'image/webp'])

/** Of these, forms that both decode. */
const BOTH_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/webp'])

/** What was asked, and what became of it. */
export class Jobs {
  readonly #first: Crew
  readonly #second: Crew | undefined
  readonly #preferred: Crew | undefined
  readonly #videos: Videos | undefined
  readonly #timeoutMs: number
  readonly #events: DecoderEvents
  readonly #running = new Map<string, Promise<Measurement>>()

  constructor(
    by: { first: Crew; second: Crew | undefined; preferred: Crew | undefined; videos: Videos | undefined },
    timeoutMs: number,
    events: DecoderEvents = {},
  ) {
    this.#events = events
    this.#first = by.first
    this.#second = by.second
    this.#preferred = by.preferred
    this.#videos = by.videos
    this.#timeoutMs = timeoutMs
  }

  async measure(bytes: Uint8Array, claimed: string | undefined, budgetMs: number | undefined): Promise<Measurement> {
    const facts = factsOf(bytes, claimed)
    const key = `${facts.sha256} ${claimed ?? ''}`
    const dropped = new AbortController()
    const running = this.#running.get(key) ?? this.#measureOnce(key, facts, { bytes, dropped: dropped.signal })
    if (budgetMs === undefined) return running
    return withinBudget(running, budgetMs, () => {
      dropped.abort()
      return unmeasured(facts, 'late')
    })
  }

  #measureOnce(key: string, facts: Facts, job: { bytes: Uint8Array; dropped: AbortSignal }): Promise<Measurement> {
    const running = this.#measured(facts, job).finally(() => this.#running.delete(key))
    // A caller whose budget is over no longer listens; the failure is then nobody's.
    running.then(
      (measured) => this.#events.onMeasured?.(measured),
      () => undefined,
    )
    this.#running.set(key, running)
    return running
  }

  async #measured(facts: Facts, { bytes, dropped }: { bytes: Uint8Array; dropped: AbortSignal }): Promise<Measurement> {
    if (bytes.length > LIMITS.bytes) return unmeasured(facts, 'too_large')
    const { seen, claimed } = facts.type
    const head = claimed === undefined ? { job: 'measure' } : { job: 'measure', claimed }
    const request: Request<Seen | { why: Why }> = {
      head,
      body: bytes,
      timeoutMs: this.#timeoutMs,
      bodyBytes: 0,
      read: (answer) => readMeasured(answer.head, seen),
    }
    const answer =
      (await this.#preferring(facts, request, dropped)) ??
      (await this.#timed('wasm', seen, this.#first.ask(facts.sha256, request, dropped)))
    if ('why' in answer) return unmeasured(facts, answer.why)
    const isLeft = answer.unknown.some(({ why }) => why === 'no_decoder')
    const more = isLeft ? ((await this.#video(facts, bytes)) ?? (await this.#asked(facts, request, dropped))) : {}
    const { type: _, ...said } = { ...answer, ...more }
    return { ...facts, ...said, dropped: 0, by: 'here', kernel: KERNELS.fast }
  }

  /** What the decoder says that is asked first; nothing where it cannot tell: then the usual one is asked. */
  async #preferring(
    { sha256, type }: Facts,
    request: Request<Seen | { why: Why }>,
    dropped: AbortSignal,
  ): Promise<Seen | { why: Why } | undefined> {
    if (this.#preferred === undefined || !BOTH_TYPES.has(type.seen)) return undefined
    const answer = await this.#timed('libvips', type.seen, this.#preferred.ask(sha256, request, dropped))
    if ('why' in answer) return answer.why === 'late' ? answer : undefined
    return answer.unknown.some(({ why }) => why === 'no_decoder') ? undefined : answer
  }

  async measureLarge(file: LargeFile, claimed: string | undefined): Promise<Measurement> {
    const measured = await this.#measuredLarge(file, claimed)
    this.#events.onMeasured?.(measured)
    return measured
  }

  async #measuredLarge(file: LargeFile, claimed: string | undefined): Promise<Measurement> {
    const { edges, ...read } = await readLarge(file)
    const facts = { ...read, type: typeOf(edges, claimed) }
    const head = claimed === undefined ? { job: 'measure' } : { job: 'measure', claimed }
    // What it is and what else it could be taken for is seen at its edges; its frames are ffmpeg's matter.
    const answer = await this.#first.ask(facts.sha256, {
      ...{ head, body: edges, timeoutMs: this.#timeoutMs, bodyBytes: 0 },
      read: (one) => readMeasured(one.head, facts.type.seen),
    })
    if ('why' in answer) return unmeasured(facts, answer.why)
    const isLeft = answer.unknown.some(({ why }) => why === 'no_decoder')
    const { type: _, ...said } = { ...answer, ...(isLeft && (await this.#video(facts, file))) }
    return { ...facts, ...said, dropped: 0, by: 'here', kernel: KERNELS.fast }
  }

  /** What the frames of a video say; undefined of anything else, and where nothing here reads videos. */
  async #video({ sha256, type }: Facts, file: Uint8Array | LargeFile): Promise<SeenVideo | undefined> {
    const measuring = this.#videos?.measure(file, type.seen, (bitmap, frame) =>
      this.#first.ask(`${sha256} ${frame}`, {
        head: { job: 'measure' },
        body: bitmap,
        timeoutMs: this.#timeoutMs,
        bodyBytes: 0,
        read: ({ head }) => readMeasured(head, 'image/bmp'),
      }),
    )
    return measuring === undefined ? undefined : this.#timed('ffmpeg', type.seen, measuring)
  }

  /** What the second decoder says of a file that the first one left to it; nothing where there is no such decoder. */
  async #asked(facts: Facts, request: Request<Seen | { why: Why }>, dropped: AbortSignal): Promise<Partial<Seen>> {
    if (this.#second === undefined || !NATIVE_TYPES.has(facts.type.seen)) return {}
    const asked = this.#second.ask(facts.sha256, request, dropped)
    const answer = await this.#timed('libvips', facts.type.seen, asked)
    return 'why' in answer ? { unknown: [{ part: 'pixels', why: answer.why }] } : answer
  }

  /** Tells how long it took, where anything was decoded. */
  async #timed<T>(build: Build, type: string, decoding: Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const answer = await decoding
    if (answer !== undefined) this.#events.onDecoded?.(build, type, performance.now() - startedAt)
    return answer
  }

  async render(file: Uint8Array | LargeFile, options: RenderOptions): Promise<Rendered> {
    assertDrawable(options)
    const side = STEP_SIDE[options.step]
    if ('bytes' in file) {
      const sheet = await this.#videos?.sheet(file, sniff(await headOf(file)), side)
      if (sheet === undefined) return { state: 'unknown', why: 'no_decoder' }
      return 'why' in sheet ? { state: 'unknown', why: sheet.why } : this.render(sheet, options)
    }
    const bytes = file
    if (bytes.length > LIMITS.bytes) return { state: 'unknown', why: 'too_large' }
    const request: Request<Rendered | { why: Why }> = {
      head: { job: 'render', options },
      body: bytes,
      timeoutMs: this.#timeoutMs,
      bodyBytes: ANSWER.bodyBytes,
      read: ({ head, body }) => {
        const size = readRendered(head, body, options.step)
        return 'why' in size ? size : { state: 'rendered', jpeg: body, ...size }
      },
    }
    const sheet = await this.#videos?.sheet(bytes, sniff(bytes), side)
    if (sheet !== undefined) return 'why' in sheet ? { state: 'unknown', why: sheet.why } : this.render(sheet, options)
    const sha256 = sha256Of(bytes)
    const answer = await this.#first.ask(sha256, request)
    if ('state' in answer) return answer
    if (answer.why !== 'no_decoder' || this.#second === undefined || !NATIVE_TYPES.has(sniff(bytes))) {
      return { state: 'unknown', why: answer.why }
    }
    const other = await this.#second.ask(sha256, request)
    return 'state' in other ? other : { state: 'unknown', why: other.why }
  }
}

type Facts = Pick<Measurement, 'size' | 'sha256' | 'sha1' | 'md5' | 'type'>

function factsOf(bytes: Uint8Array, claimed: string | undefined): Facts {
  return {
    size: bytes.length,
    sha256: sha256Of(bytes),
    sha1: createHash('sha1').update(bytes).digest('hex'),
    md5: createHash('md5').update(bytes).digest('hex'),
    type: typeOf(bytes, claimed),
  }
}

function typeOf(bytes: Uint8Array, claimed: string | undefined): Facts['type'] {
  const seen = sniff(bytes)
  return claimed === undefined ? { seen } : { seen, claimed: claimed.slice(0, 200) }
}

function unmeasured(facts: Facts, why: Why): Measurement {
  return {
    ...facts,
    readings: [],
    dropped: 0,
    unknown: [{ part: 'pixels', why }],
    flags: [],
    by: 'here',
    kernel: KERNELS.fast,
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function withinBudget<T>(running: Promise<T>, budgetMs: number, late: () => T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(() => resolve(late()), budgetMs)
  try {
    return await Promise.race([running, promise])
  } finally {
    clearTimeout(timer)
  }
}

function assertDrawable({ label, region }: RenderOptions): void {
  if (label !== undefined && !LABEL.test(label)) {
    throw new RangeError('expected a label of at most 40 letters, digits, blanks or ./:-')
  }
  if (region === undefined) return
  const { x, y, width, height } = region
  if (![x, y, width, height].every((share) => share >= 0 && share <= 1)) {
    throw new RangeError('expected a region in shares of the picture, 0 to 1')
  }
}
