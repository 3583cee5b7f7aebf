import type { Io } from './io.ts'

/** Done, total, rate and time left of one piece of work (console.md §16). */
export interface Progress {
  /** Shows the bar at once, for what takes as long as a file is large. On a terminal only. */
  begin(total: number): void
  update(done: number, total: number): void
  end(): void
}

const BAR_EVERY_MS = 100
const LINE_EVERY_MS = 5_000
// What is done sooner needs no bar.
const FIRST_BAR_MS = 150
const WIDTH = 24

/** A bar on a terminal, a line every 5 s elsewhere, nothing with `--quiet`. It writes to the error stream; results stay clean. */
export function startProgress(io: Pick<Io, 'err' | 'quiet'>, what: string, now: () => number = Date.now): Progress {
  if (io.quiet) return { begin: () => undefined, update: () => undefined, end: () => undefined }
  const { err } = io
  const started = now()
  let shownAt = err.isTTY ? started - BAR_EVERY_MS : started
  let drawn = false
  let last = { done: 0, total: 0 }
  const show = () => {
    const line = lineOf(what, last.done, last.total, now() - started)
    if (err.isTTY) err.write(`\r\u001b[K${barOf(last.done, last.total)} ${line}`)
    else err.write(`${line}\n`)
    drawn = true
    shownAt = now()
  }
  return {
    begin(total) {
      last = { done: 0, total }
      if (err.isTTY) show()
    },
    update(done, total) {
      last = { done, total }
      const waited = now() - shownAt
      if (err.isTTY ? waited >= BAR_EVERY_MS && now() - started >= FIRST_BAR_MS : waited >= LINE_EVERY_MS) show()
    },
    end() {
      if (!drawn) return
      if (err.isTTY) err.write('\r\u001b[K')
      else show()
    },
  }
}

const barOf = (done: number, total: number): string => {
  const full = total === 0 ? 0 : Math.round((WIDTH * Math.min(done, total)) / total)
  return `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}]`
}

/** `importing 1,200 of 100,000 · 400/s · 4 min left` */
export function lineOf(what: string, done: number, total: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0
  const left = rate > 0 ? ` · ${timeLeft((total - done) / rate)} left` : ''
  return `${what} ${count(done)} of ${count(total)} · ${count(Math.round(rate))}/s${left}`
}

const count = (value: number): string => value.toLocaleString('en')

const timeLeft = (seconds: number): string => {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
