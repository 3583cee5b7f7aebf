import { type Build, GaveUp, Undecodable } from './build.ts'
import { FrameReader, framePieces } from './frames.ts'
import { LIMITS } from './limits.ts'
import { measure } from './measure.ts'
import { render } from './render.ts'
import type { RenderOptions, Why } from './types.ts'

type Job =
  | { readonly id: number; readonly job: 'measure'; readonly claimed?: string }
  | { readonly id: number; readonly job: 'render'; readonly options: RenderOptions }
  | { readonly id: number; readonly job: 'hello' }

/** Memory that is given back before the next job, and what may be left of it without asking the parent for a fresh child. */
const HEAVY_BYTES = 256 * 1024 ** 2
const TIRED_BYTES = 320 * 1024 ** 2

const EMPTY = new Uint8Array()

async function answer(job: Job, bytes: Uint8Array, build: Build): Promise<readonly [head: object, body: Uint8Array]> {
  try {
    switch (job.job) {
      case 'hello':
        return [{ ok: true, walls: ownWalls() }, EMPTY]
      case 'measure':
        return [{ ok: true, seen: await measure(bytes, job.claimed, build) }, EMPTY]
      case 'render': {
        const { jpeg, width, height } = await render(bytes, job.options, build)
        return [{ ok: true, width, height }, jpeg]
      }
    }
  } catch (error) {
    if (error instanceof Spent) throw error
    const why: Why = error instanceof Undecodable ? error.why : 'broken'
    return [{ ok: false, why }, EMPTY]
  }
}

/** Large pictures before may have left too little of this process: what fails in it says nothing of the picture. */
class Spent extends Error {
  override readonly name = 'Spent'
}

/** The build of a process that large pictures went through: where a codec gives up, a fresh process is to try. */
function doubting(build: Build): Build {
  return {
    ...build,
    async still(picture) {
      try {
        return await build.still(picture)
      } catch (error) {
        if (error instanceof Undecodable && !(error instanceof GaveUp)) throw error
        throw new Spent()
      }
    },
  }
}

/** Gives back what a large picture took. Its address space, too, which ends before the memory does and which nobody here can see. */
function eased(): boolean {
  const isHeavy = process.memoryUsage.rss() > HEAVY_BYTES
  if (isHeavy) globalThis.gc?.()
  return isHeavy
}

/** What was handed to this process, seen before any library adds names of its own. */
const GIVEN = Object.keys(process.env).length

/** What this process may not do, as it sees itself. The parent believes it only where it cannot look for itself. */
function ownWalls(): { readonly permission: boolean; readonly secrets: boolean } {
  const may = (scope: string) => process.permission?.has(scope) ?? true
  return { permission: !['fs.write', 'child', 'worker'].some(may), secrets: GIVEN === 0 }
}

/**
 * Answers one request after the other: each comes in over stdin, its answer goes out over stdout, numbers, hashes and pixels encoded anew.
 * Ends when its input ends, and dies without an answer where a fresh process has to look again.
 */
export async function serve(build: Build): Promise<void> {
  const reader = new FrameReader({ headBytes: 4096, bodyBytes: LIMITS.bytes })
  let trusted = build
  for await (const piece of process.stdin) {
    const frame = reader.push(piece)
    if (frame === undefined) continue
    // Controlled by the parent, which made it with the types above.
    const job = frame.head as Job
    const [head, body] = await answer(job, frame.body, trusted)
    const cpuMs = Math.round(process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000)
    if (eased()) trusted = doubting(build)
    const tired = process.memoryUsage.rss() > TIRED_BYTES
    for (const part of framePieces({ id: job.id, ...head, cpuMs, tired }, body)) process.stdout.write(part)
  }
}
