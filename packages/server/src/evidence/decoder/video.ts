import type { Crew } from './crew.ts'
import { findVideoTools, isVideo, OpenVideo, type Probed, type Tools } from './ffmpeg.ts'
import { isTooLarge } from './header.ts'
import type { LargeFile } from './large.ts'
import { VIDEO } from './limits.ts'
import type { Seen, SeenReading, Unknown, Why } from './types.ts'

/** What a video shows of itself: the frame of each second, 600 at most, evenly spread where it is longer (matching.md §7). */
export type SeenVideo = Pick<Seen, 'width' | 'height' | 'frames' | 'readings' | 'unknown'> & {
  readonly durationMs?: number
}

/** Reads one frame as the picture that it is. */
export type ReadFrame = (
  bitmap: Uint8Array,
  frame: number,
) => Promise<Pick<Seen, 'readings' | 'unknown'> | { readonly why: Why }>

const SHEET = 9
const WHY = { damaged: 'damaged', over_time: 'too_large', died: 'broken' } as const satisfies Record<string, Why>

/** Videos, one at a time: each may take a minute of a core. */
export class Videos {
  readonly #crew: Crew
  readonly #folder: string | undefined
  #tools: Promise<Tools | undefined> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  /**
   * @param crew whose walls stand around ffmpeg, too
   * @param folder where large videos lie while they are read
   */
  constructor(crew: Crew, folder: string | undefined) {
    this.#crew = crew
    this.#folder = folder
  }

  async state(): Promise<'on' | 'absent' | 'fallen'> {
    if ((await this.#found()) === undefined) return 'absent'
    return (await this.#crew.isSafe()) ? 'on' : 'fallen'
  }

  /** Undefined where no program reads videos here, or this kind. */
  async measure(file: Uint8Array | LargeFile, type: string, read: ReadFrame): Promise<SeenVideo | undefined> {
    const seen = await this.#with(file, type, (video) => measured(video, read))
    return seen === 'no_room' ? { readings: [], unknown: [{ part: 'frames', why: 'broken' }] } : seen
  }

  /** Nine frames on one sheet, as a bitmap; or why there is none. */
  async sheet(
    file: Uint8Array | LargeFile,
    type: string,
    side: number,
  ): Promise<Uint8Array | { readonly why: Why } | undefined> {
    const made = await this.#with(file, type, async (video) => {
      const probed = await video.probe()
      if (probed === undefined) return { why: 'damaged' as const }
      if (isTooLarge(probed)) return { why: 'too_large' as const }
      let sheet: Uint8Array | undefined
      const cell = Math.floor(side / 3)
      const scale = `scale=w='min(iw,${cell})':h='min(ih,${cell})':force_original_aspect_ratio=decrease`
      await video.frames(`${firstOf(rateFor(probed, SHEET))},${scale},tile=3x3`, 1, (bitmap) => {
        sheet = bitmap
        return Promise.resolve(false)
      })
      return sheet ?? { why: 'damaged' as const }
    })
    return made === 'no_room' ? { why: 'broken' } : made
  }

  /** Undefined where nothing here reads it; `no_room` where it could not be laid down to be read. */
  async #with<T>(
    file: Uint8Array | LargeFile,
    type: string,
    how: (video: OpenVideo) => Promise<T>,
  ): Promise<T | 'no_room' | undefined> {
    const tools = isVideo(type) ? await this.#found() : undefined
    if (tools === undefined || !(await this.#crew.isSafe())) return undefined
    const turn = this.#turn.then(async () => {
      const video = await OpenVideo.open(tools, type, file, this.#folder).catch(() => undefined)
      if (video === undefined) return 'no_room'
      return how(video).finally(() => video.close())
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  #found(): Promise<Tools | undefined> {
    this.#tools ??= this.#crew.raised().then(({ behind }) => findVideoTools(behind))
    return this.#tools
  }
}

async function measured(video: OpenVideo, read: ReadFrame): Promise<SeenVideo> {
  const probed = await video.probe()
  if (probed === undefined) return { readings: [], unknown: [{ part: 'frames', why: 'damaged' }] }
  const { width, height, durationS } = probed
  const facts = { width, height, durationMs: Math.round(durationS * 1000) }
  if (isTooLarge(probed) || durationS > VIDEO.durationS) {
    return { ...facts, readings: [], unknown: [{ part: 'frames', why: 'too_large' }] }
  }
  const rate = rateFor(probed, VIDEO.frames, 1)
  const readings = new Map<string, SeenReading>()
  const whys = new Set<Why>()
  let frame = 0
  const ended = await video.frames(firstOf(rate), VIDEO.frames, async (bitmap) => {
    const one = await read(bitmap, frame)
    if ('why' in one) whys.add(one.why)
    else {
      for (const { why } of one.unknown) whys.add(why)
      for (const reading of one.readings) keep(readings, { ...reading, frame, ms: Math.round((frame * 1000) / rate) })
    }
    frame += 1
    return true
  })
  if (ended !== 'clean') whys.add(WHY[ended])
  if (frame === 0 && whys.size === 0) whys.add('damaged')
  const unknown = [...whys].map((why): Unknown => ({ part: 'frames', why }))
  return { ...facts, frames: frame, readings: [...readings.values()], unknown }
}

/** Equal hashes count once, and the better frame stands for them. Frames are hashed as they are, never sampled first. */
function keep(readings: Map<string, SeenReading>, reading: SeenReading): void {
  if (reading.profile !== 'full') return
  if ((readings.get(reading.pdq)?.quality ?? -1) < reading.quality) readings.set(reading.pdq, reading)
}

/** A filter that lets the first frame of each stretch of time through, as often a second as said. ffmpeg's own `fps` takes the last one. */
function firstOf(rate: number): string {
  const stretch = (at: string) => `floor(${at}*${rate}+0.001)`
  // Numbered anew, a second apart, so that none is left out or doubled on the way out.
  return `select='isnan(prev_selected_t)+gt(${stretch('t')},${stretch('prev_selected_t')})',setpts=N/TB`
}

/** Frames a second so that `most` of them reach to the end, and no more than `fastest`. */
function rateFor({ durationS }: Probed, most: number, fastest: number = Number.POSITIVE_INFINITY): number {
  return Math.min(fastest, most / Math.max(durationS, 0.1))
}
