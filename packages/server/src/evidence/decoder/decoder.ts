import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Crew } from './crew.ts'
import { Jobs } from './jobs.ts'
import type { LargeFile } from './large.ts'
import type { Restart } from './pool.ts'
import type { Measurement, Rendered, RenderOptions } from './types.ts'
import { Videos } from './video.ts'
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
  /** `native`: libvips is asked first about JPEG and WebP, which it decodes three times as quickly, behind one wall fewer; default wasm. */
  readonly prefer?: 'wasm' | 'native'
  /** A folder of this process alone, on a disk: videos too large for memory lie in it while they are read, without a name. */
  readonly folder?: string
  /** Another decoder program: the stand-ins of the tests. */
  readonly program?: string
  /** Another place of the package `sharp`; undefined: it is not installed. For tests. */
  readonly sharp?: string | undefined
  /** Told of what is done; must not throw. */
  readonly events?: DecoderEvents
}

/** The program that decoded: our own build, the one for rarer forms, or the one for videos. */
export type Build = 'wasm' | 'libvips' | 'ffmpeg'

export interface DecoderEvents {
  /** One file, however many wait for it. */
  onMeasured?(measured: Measurement): void
  onDecoded?(build: Build, type: string, ms: number): void
  onRestart?(why: Restart): void
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

/** The decoder of security.md §7. Walls are tried out when it is first asked anything, `walls()` included. */
export function startDecoder(options: DecoderOptions = {}): Decoder {
  const limits = {
    children: options.children ?? Math.max(1, availableParallelism() - 1),
    queueJobs: options.queueJobs ?? 64,
    queueBytes: options.queueBytes ?? 256 * 1024 * 1024,
    jobsPerChild: options.jobsPerChild ?? 200,
    childAgeMs: options.childAgeMs ?? 600_000,
    childCpuMs: CHILD_CPU_MS,
    onRestart: options.events?.onRestart,
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
  const preferred = options.prefer === 'native' ? second : undefined
  const jobs = new Jobs({ first, second, preferred, videos }, options.timeoutMs ?? 30_000, options.events)
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
