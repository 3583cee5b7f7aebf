import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { LargeFile } from './large.ts'
import { LIMITS, VIDEO } from './limits.ts'
import type { Command } from './process.ts'
import { findTool } from './walls.ts'

/*
 * Videos are decoded by ffmpeg, where it is installed, behind the walls of the decoder. It is told which format to read, so no playlist and
 * no other protocol is ever begun, and gives frames as bitmaps, which the decoder reads as it reads any picture.
 */

/** What ffmpeg calls the formats that `sniff` knows. */
const FORMATS: Readonly<Record<string, string>> = {
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/webm': 'matroska',
  'video/x-msvideo': 'avi',
  'video/x-flv': 'flv',
  'video/mpeg': 'mpeg',
  'video/ogg': 'ogg',
}
/** A file system that is memory: bytes of a file that fits there never come to a disk in the clear. */
const MEMORY = '/dev/shm'
const INPUT = ['-protocol_whitelist', 'file', '-i', '/dev/stdin']
/** How ffmpeg itself ends when its limit of CPU time is told to it. */
const SIGNALLED = 255
const SAID_BYTES = 64 * 1024

export interface Tools {
  readonly ffmpeg: string
  readonly ffprobe: string
  readonly behind: (command: Command, cpuSeconds: number) => Command
}

export interface Probed {
  readonly width: number
  readonly height: number
  readonly durationS: number
}

/** How a run ended: `clean`, with complaints or a failure, stopped for its time, or by a signal that nobody here sent. */
export type Ended = 'clean' | 'damaged' | 'over_time' | 'died'

/** The programs, if both are installed, and there is memory to hand them a file in. */
export async function findVideoTools(behind: Tools['behind']): Promise<Tools | undefined> {
  const [ffmpeg, ffprobe] = [await findTool('ffmpeg'), await findTool('ffprobe')]
  if (ffmpeg === undefined || ffprobe === undefined || !existsSync(MEMORY)) return undefined
  return { ffmpeg, ffprobe, behind }
}

export const isVideo = (type: string): boolean => Object.hasOwn(FORMATS, type)

/** A video that can be read as often as it takes, by a program that may open no file. */
export class OpenVideo {
  readonly #tools: Tools
  readonly #file: FileHandle
  readonly #format: string

  private constructor(tools: Tools, file: FileHandle, format: string) {
    this.#tools = tools
    this.#file = file
    this.#format = format
  }

  /**
   * @param folder where a video lies that is too large for memory
   * @throws Error there is no room for it, or it cannot be read
   */
  static async open(
    tools: Tools,
    type: string,
    video: Uint8Array | LargeFile,
    folder: string = MEMORY,
  ): Promise<OpenVideo> {
    const isLarge = 'bytes' in video
    const path = join(isLarge ? folder : MEMORY, `lamplighter-${randomBytes(16).toString('hex')}`)
    const file = await open(path, 'wx+', 0o600)
    // Without a name nobody finds it, and it goes when the last process that holds it ends. Then the decoder's own user may read it.
    await unlink(path)
    await file.chmod(0o444)
    try {
      if (isLarge) for await (const piece of video.bytes()) await file.writeFile(piece)
      else await file.writeFile(video)
    } catch (error) {
      await file.close()
      throw error
    }
    return new OpenVideo(tools, file, FORMATS[type] ?? 'mov')
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** What the file says of itself; undefined where it cannot be read. */
  async probe(): Promise<Probed | undefined> {
    const entries = ['-show_entries', 'stream=width,height:format=duration', '-of', 'json']
    const said: Uint8Array[] = []
    const args = ['-v', 'error', '-f', this.#format, '-select_streams', 'v:0', ...entries, ...INPUT]
    await this.#run(this.#tools.ffprobe, args, (piece) => {
      said.push(piece)
      return Promise.resolve(said.reduce((sum, one) => sum + one.length, 0) < SAID_BYTES)
    })
    return probedIn(Buffer.concat(said).toString('utf8'))
  }

  /**
   * Runs ffmpeg with a filter, and hands on each frame as a bitmap.
   *
   * @param take tells whether to go on; the next frame waits for it
   */
  async frames(filter: string, most: number, take: (bitmap: Uint8Array) => Promise<boolean>): Promise<Ended> {
    const bitmaps = new Bitmaps()
    const input = ['-v', 'error', '-nostdin', '-threads', '1', '-f', this.#format, ...INPUT]
    const output = [
      '-map',
      '0:v:0',
      '-vf',
      filter,
      '-r',
      '1',
      '-frames:v',
      `${most}`,
      '-c:v',
      'bmp',
      '-pix_fmt',
      'bgr24',
    ]
    return this.#run(this.#tools.ffmpeg, [...input, ...output, '-f', 'image2pipe', 'pipe:1'], async (piece) => {
      for (const bitmap of bitmaps.push(piece)) if (!(await take(bitmap))) return false
      return true
    })
  }

  async #run(file: string, args: readonly string[], hear: (piece: Uint8Array) => Promise<boolean>): Promise<Ended> {
    const command = this.#tools.behind({ file, args }, VIDEO.cpuSeconds)
    const child = spawn(command.file, command.args, { env: {}, cwd: '/', stdio: [this.#file.fd, 'pipe', 'pipe'] })
    let complaints = 0
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, VIDEO.wallMs)
    const ended = new Promise<number | string>((resolve) => {
      child.once('error', () => resolve('not started'))
      child.once('close', (code, signal) => resolve(signal ?? code ?? 'not started'))
    })
    const { stdout, stderr } = child
    if (stdout === null || stderr === null) throw new TypeError('expected pipes to ffmpeg')
    stderr.on('data', (piece: Uint8Array) => {
      complaints += piece.length
    })
    try {
      for await (const piece of stdout) if (!(await hear(piece))) child.kill('SIGKILL')
    } catch {
      child.kill('SIGKILL')
      return 'damaged'
    } finally {
      clearTimeout(timer)
    }
    const how = await ended
    if (isLate || how === 'SIGXCPU' || how === SIGNALLED) return 'over_time'
    if (typeof how === 'string') return 'died'
    return how === 0 && complaints === 0 ? 'clean' : 'damaged'
  }
}

const size = z.int().min(1).max(100_000)
const Said = z.object({
  streams: z.array(z.object({ width: size, height: size })).min(1),
  format: z.object({ duration: z.string().regex(/^\d{1,9}(\.\d+)?$/) }),
})

// Controlled by the file, through ffprobe.
function probedIn(text: string): Probed | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const said = Said.safeParse(json)
  const [stream] = said.success ? said.data.streams : []
  if (!said.success || stream === undefined) return undefined
  return { ...stream, durationS: Number(said.data.format.duration) }
}

/** Cuts a stream of bitmaps into single ones. Each says its length in its first bytes. */
class Bitmaps {
  #pieces: Uint8Array[] = []
  #held = 0

  /** @throws RangeError what comes is no bitmap, or one larger than a picture may be */
  push(piece: Uint8Array): readonly Uint8Array[] {
    this.#pieces.push(piece)
    this.#held += piece.length
    const whole: Uint8Array[] = []
    for (let length = this.#length(); length !== undefined && this.#held >= length; length = this.#length()) {
      const all = Buffer.concat(this.#pieces)
      whole.push(all.subarray(0, length))
      this.#pieces = [all.subarray(length)]
      this.#held -= length
    }
    return whole
  }

  #length(): number | undefined {
    if (this.#held < 6) return undefined
    if ((this.#pieces[0]?.length ?? 0) < 6) this.#pieces = [Buffer.concat(this.#pieces)]
    const front = Buffer.from((this.#pieces[0] ?? new Uint8Array()).subarray(0, 6))
    const length = front.readUInt32LE(2)
    if (front.toString('latin1', 0, 2) !== 'BM' || length < 54 || length > LIMITS.bytes) {
      throw new RangeError('expected a bitmap')
    }
    return length
  }
}
