import { type Build, Undecodable } from './build.ts'
import { FrameReader, framePieces } from './frames.ts'
import { LIMITS } from './limits.ts'
import { measure } from './measure.ts'
import { render } from './render.ts'
import type { RenderOptions, Why } from './types.ts'

type Job =
  | { readonly id: number; readonly job: 'measure'; readonly claimed?: string }
  | { readonly id: number; readonly job: 'render'; readonly options: RenderOptions }
  | { readonly id: number; readonly job: 'hello' }

/** Memory after which the parent is asked for a fresh child. */
const TIRED_BYTES = 1024 ** 3

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
    const why: Why = error instanceof Undecodable ? error.why : 'broken'
    return [{ ok: false, why }, EMPTY]
  }
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
 * Ends when its input ends.
 */
export async function serve(build: Build): Promise<void> {
  const reader = new FrameReader({ headBytes: 4096, bodyBytes: LIMITS.bytes })

  for await (const piece of process.stdin) {
    const frame = reader.push(piece)
    if (frame === undefined) continue
    // Controlled by the parent, which made it with the types above.
    const job = frame.head as Job
    const [head, body] = await answer(job, frame.body, build)
    const cpuMs = Math.round(process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000)
    const tired = process.memoryUsage.rss() > TIRED_BYTES
    for (const part of framePieces({ id: job.id, ...head, cpuMs, tired }, body)) process.stdout.write(part)
  }
}
