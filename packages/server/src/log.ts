import pino from 'pino'

/** All that a log line may hold (platform.md §16). No text of people, no handle, address, header or path parameter has a place here. */
interface Line {
  readonly event: string
  readonly request?: string
  readonly case?: number
  readonly duration_ms?: number
  readonly code?: string
  readonly role?: string
  readonly epoch?: number
  readonly partition?: number
  readonly count?: number
  /** Id of an API key; it opens nothing by itself. */
  readonly key?: string
  readonly lists?: number
  readonly lookups?: number
  readonly hits?: number
  readonly bytes?: number
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'

const openLogger = (level: LogLevel, destination: { write(line: string): void }) =>
  pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )

let logger = openLogger('silent', process.stdout)

/** Where the log goes. Silent until called, so that commands keep their output to themselves. */
export function openLog(level: LogLevel, destination: { write(line: string): void } = process.stdout): void {
  logger = openLogger(level, destination)
}

/** Writes one line. Never throws: a full pipe must not end a decision. What may be written is said in `events.ts`, one function per event. */
export function write(level: Exclude<LogLevel, 'silent'>, line: Line): void {
  try {
    logger[level](line)
  } catch {
    lostLines++
  }
}

let lostLines = 0

/** Lines that could not be written. */
export const linesLost = (): number => lostLines
