import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { KERNELS } from '@lamplighter/matching'
import { readMeasured, readRendered } from './answers.ts'
import { Crew } from './crew.ts'
import { LABEL } from './font.ts'
import { headOf, type LargeFile, readLarge } from './large.ts'
import { ANSWER, LIMITS, STEP_SIDE } from './limits.ts'
import { DecoderError } from './pool.ts'
import type { Request } from './process.ts'
import { sniff } from './sniff.ts'
import type { Measurement, Rendered, RenderOptions, Seen, Why } from './types.ts'
import { type SeenVideo, Videos } from './video.ts'
import { sharpFolder, type WallName, type Walls } from './walls.ts'

export interface DecoderOptions {
  /** Decoders at the same time; default: cores − 1, at least 1. */
  readonly children?: number
  /** Media that may wait; default 64 of them and 256 MiB together. */
  readonly queueJobs?: number
  readonly queueBytes?: number
  /** A decoder that has not answered by then is killed; default 30 s. */
  readonly timeoutMs?: number
  /** A decoder is replaced after this; default 200 jobs, 10 minutes, 20 s of CPU. */
  readonly jobsPerChild?: number
  readonly childAgeMs?: number
  /** Walls without which media are *unknown* instead of decoded; default permission, limits, secrets. */
  readonly require?: readonly WallName[]
  /** Whether rarer forms are decoded by libvips, in a process of its own that may load add-ons, and videos by ffmpeg; default on. */
  readonly native?: 'on' | 'off'
  /** A folder of this process alone, on a disk: videos too large for memory lie in it while they are read, without a name. */
  readonly folder?: string
  /** Another decoder program: the stand-ins of the tests. */
  readonly program?: string
  /** Another place of the package `sharp`; undefined: it is not installed. For tests. */
  readonly sharp?: string | undefined
}

/** How a program for rarer forms stands: `absent` it is not installed · `fallen` it does not start, or a wall is missing. */
export type NativeState = 'on' | 'off' | 'absent' | 'fallen'

export interface Decoder {
  /**
   * Measures one file. Never throws for what is in the file: whatever could not be measured is in `unknown`, with its
   * reason, and digests are always there.
   *
   * @param claimed media type that came with it
   * @param budgetMs after this the answer is *unknown* `late`; a measurement that has begun goes on, and a later call with
   *   the same bytes joins it
   * @throws DecoderError `overloaded`, `stopped`
   */
  measure(bytes: Uint8Array, claimed?: string, budgetMs?: number): Promise<Measurement>
  /** The same for a file of more than `LIMITS.bytes`: only of videos anything but digests is known. */
  measureLarge(file: LargeFile, claimed?: string): Promise<Measurement>
  /**
   * A rendition from pixels only, or why there is none.
   *
   * @throws RangeError a label or region that cannot be drawn
   * @throws DecoderError `overloaded`, `stopped`
   */
  render(file: Uint8Array | LargeFile, options: RenderOptions): Promise<Rendered>
  /** Which walls stand on this machine; for `doctor` and Settings. */
  walls(): Promise<Walls>
  /** Whether GIF, TIFF, CMYK and animated WebP are decoded; for `doctor`. */
  native(): Promise<NativeState>
  /** Whether videos are: `absent` ffmpeg is not installed. */
  video(): Promise<NativeState>
  /** Process ids of the decoders that run now. */
  pids(): readonly number[]
  /** Ends all decoders; what waits fails with `stopped`. */
  stop(): void
}

const DEFAULT_REQUIRE: readonly WallName[] = ['permission', 'limits', 'secrets']
const CHILD_CPU_MS = 20_000

/** Forms that the first decoder may leave to the second one (matching.md §5.1). */
const NATIVE_TYPES: ReadonlySet<string> = new Set(['image/gif', 'image/tiff', 'image/jpeg', 'image/webp'])

/** The decoder of security.md §7. Walls are tried out when it is first asked anything, `walls()` included. */
export function startDecoder(options: DecoderOptions = {}): Decoder {
  const limits = {
    children: options.children ?? Math.max(1, availableParallelism() - 1),
    queueJobs: options.queueJobs ?? 64,
    queueBytes: options.queueBytes ?? 256 * 1024 * 1024,
    jobsPerChild: options.jobsPerChild ?? 200,
    childAgeMs: options.childAgeMs ?? 600_000,
    childCpuMs: CHILD_CPU_MS,
  }
  const required = options.require ?? DEFAULT_REQUIRE
  const first = new Crew({ path: options.program ?? join(import.meta.dirname, 'child.ts') }, limits, { required })
  const sharp = 'sharp' in options ? options.sharp : sharpFolder()
  const isOff = options.native === 'off'
  const second =
    isOff || sharp === undefined
      ? undefined
      : new Crew({ path: join(import.meta.dirname, 'native-child.ts'), sharp }, limits, { required, like: first })
  const videos = isOff ? undefined : new Videos(first, options.folder)
  const jobs = new Jobs({ first, second, videos }, options.timeoutMs ?? 30_000)
  return {
    measure: (bytes, claimed, budgetMs) => jobs.measure(bytes, claimed, budgetMs),
    measureLarge: (file, claimed) => jobs.measureLarge(file, claimed),
    render: (file, how) => jobs.render(file, how),
    walls: async () => (await first.raised()).walls,
    native: async () => {
      if (second === undefined) return isOff ? 'off' : 'absent'
      return (await second.isSafe()) ? 'on' : 'fallen'
    },
    video: async () => videos?.state() ?? 'off',
    pids: () => [...first.pids, ...(second?.pids ?? [])],
    stop: () => {
      first.stop()
      second?.stop()
    },
  }
}

/** What was asked, and what became of it. */
class Jobs {
  readonly #first: Crew
  readonly #second: Crew | undefined
  readonly #videos: Videos | undefined
  readonly #timeoutMs: number
  readonly #running = new Map<string, Promise<Measurement>>()

  constructor(by: { first: Crew; second: Crew | undefined; videos: Videos | undefined }, timeoutMs: number) {
    this.#first = by.first
    this.#second = by.second
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
    running.catch(() => undefined)
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
    const answer = await this.#first.ask(facts.sha256, request, dropped)
    if ('why' in answer) return unmeasured(facts, answer.why)
    const isLeft = answer.unknown.some(({ why }) => why === 'no_decoder')
    const more = isLeft ? ((await this.#video(facts, bytes)) ?? (await this.#asked(facts, request, dropped))) : {}
    const { type: _, ...said } = { ...answer, ...more }
    return { ...facts, ...said, dropped: 0, by: 'here', kernel: KERNELS.fast }
  }

  async measureLarge(file: LargeFile, claimed: string | undefined): Promise<Measurement> {
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
    return this.#videos?.measure(file, type.seen, (bitmap, frame) =>
      this.#first.ask(`${sha256} ${frame}`, {
        head: { job: 'measure' },
        body: bitmap,
        timeoutMs: this.#timeoutMs,
        bodyBytes: 0,
        read: ({ head }) => readMeasured(head, 'image/bmp'),
      }),
    )
  }

  /** What the second decoder says of a file that the first one left to it; nothing where there is no such decoder. */
  async #asked(facts: Facts, request: Request<Seen | { why: Why }>, dropped: AbortSignal): Promise<Partial<Seen>> {
    if (this.#second === undefined || !NATIVE_TYPES.has(facts.type.seen)) return {}
    const answer = await this.#second.ask(facts.sha256, request, dropped)
    return 'why' in answer ? { unknown: [{ part: 'pixels', why: answer.why }] } : answer
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

export { DecoderError }
