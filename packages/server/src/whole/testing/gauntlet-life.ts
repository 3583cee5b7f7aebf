import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a process is told that goes on with pulls. */
export interface GauntletErrand {
  readonly folder: string
  readonly url?: string
  readonly schema?: string
  readonly now: number
  /** `server`: through the queue of jobs, beside all else that a server does. `at-once`: the work of these jobs, side by side. */
  readonly how: 'server' | 'at-once'
  readonly pulls: readonly { readonly exchange: string; readonly pull: string }[]
}

const PROGRAM = fileURLToPath(new URL('./gauntlet-program.ts', import.meta.url))

export interface GauntletLife {
  kill(): void
  /** `SIGKILL`, or the exit code. @throws Error with what the process said where it ended otherwise */
  readonly ended: Promise<string | number>
}

/** @param onEnded told the exchange of each pull that came to its end */
export function startLife(errand: GauntletErrand, cache: string, onEnded: (exchange: string) => void): GauntletLife {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(errand)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  child.on('message', ({ ended }: { ended: string }) => onEnded(ended))
  const ended = new Promise<string | number>((resolve, reject) =>
    child.once('close', (code, signal) => {
      const how = signal ?? code ?? -1
      if (how === 'SIGKILL' || how === 0) resolve(how)
      else reject(new Error(`the process that pulls ended with ${how}: ${errors}`))
    }),
  )
  return { kill: () => void child.kill('SIGKILL'), ended }
}
