import { Worker } from 'node:worker_threads'

interface Ahead {
  readonly worker: Worker
  readonly modules: string
}

let ahead: Ahead | undefined

// Each holds the memory of all modules.
const MOST_KEPT = 3
let kept: Worker[] | undefined
const modulesOf = new WeakMap<Worker, string>()

/**
 * Starts the writer thread before its database is known: it reads its modules while the caller reads its own. Whoever opens a database with
 * these modules gets it; until then it keeps nobody from ending.
 */
export function startWriterAhead(modules: readonly URL[]): void {
  const hrefs = modules.map(({ href }) => href)
  ahead = { worker: newThread(hrefs), modules: hrefs.join() }
  ahead.worker.unref()
}

/** A thread that has read these modules: started ahead, or kept, or a new one. It waits for the message that opens its database. */
export function writerThread(modules: readonly string[]): Worker {
  const started = ahead
  if (started?.modules === modules.join()) {
    ahead = undefined
    started.worker.ref()
    return started.worker
  }
  return takeKept(modules.join()) ?? newThread(modules)
}

/**
 * From now on a thread whose database was closed waits for the next one, because reading the modules takes longer than opening a small
 * database. For a process that opens one after another, as tests do; a server opens one.
 */
export function keepWriters(): void {
  kept ??= []
}

/** Whether there is room for one more. */
export function mayKeepWriter(): boolean {
  return kept !== undefined && kept.length < MOST_KEPT
}

/** Keeps a thread that has closed its database and listens again; it keeps nobody from ending. */
export function keepWriter(worker: Worker): void {
  worker.unref()
  kept?.push(worker)
}

function takeKept(modules: string): Worker | undefined {
  const at = kept?.findIndex((worker) => modulesOf.get(worker) === modules) ?? -1
  const [worker] = at < 0 ? [] : (kept?.splice(at, 1) ?? [])
  worker?.ref()
  return worker
}

/** Ends what was started ahead and is not needed. */
export async function endWriterAhead(): Promise<void> {
  const started = ahead
  ahead = undefined
  await started?.worker.terminate()
}

function newThread(modules: readonly string[]): Worker {
  const worker = new Worker(new URL('./writer.ts', import.meta.url), {
    workerData: modules,
    // The flags of a test runner or a debugger are not for this thread.
    execArgv: [],
  })
  modulesOf.set(worker, modules.join())
  return worker
}
