import { Worker } from 'node:worker_threads'

interface Ahead {
  readonly worker: Worker
  readonly modules: string
}

let ahead: Ahead | undefined

/**
 * Starts the writer thread before its database is known: it reads its modules while the caller reads its own. Whoever opens a database with
 * these modules gets it; until then it keeps nobody from ending.
 */
export function startWriterAhead(modules: readonly URL[]): void {
  const hrefs = modules.map(({ href }) => href)
  ahead = { worker: newThread(hrefs), modules: hrefs.join() }
  ahead.worker.unref()
}

/** The thread that was started ahead for these modules, or a new one. It waits for the message that opens its database. */
export function writerThread(modules: readonly string[]): Worker {
  const started = ahead
  if (started?.modules !== modules.join()) return newThread(modules)
  ahead = undefined
  started.worker.ref()
  return started.worker
}

/** Ends what was started ahead and is not needed. */
export async function endWriterAhead(): Promise<void> {
  const started = ahead
  ahead = undefined
  await started?.worker.terminate()
}

function newThread(modules: readonly string[]): Worker {
  return new Worker(new URL('./writer.ts', import.meta.url), {
    workerData: modules,
    // The flags of a test runner or a debugger are not for this thread.
    execArgv: [],
  })
}
