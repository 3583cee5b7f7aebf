import { createInterface } from 'node:readline/promises'
import { type Loaded, loadConfig, type Setting } from '../http/config.ts'

/** 0 done · 1 a check failed · 2 wrong use · 3 a person must act (console.md §16). */
export type ExitCode = 0 | 1 | 2 | 3 | 75

/** Wrong use of a command: exit 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** What a command may touch of the terminal and the surroundings. */
export interface Io {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly json: boolean
  readonly yes: boolean
  readonly quiet: boolean
  readonly out: { readonly isTTY: boolean; write(text: string): void }
  readonly err: { readonly isTTY: boolean; write(text: string): void }
  /** Reads the boot settings, once; warnings go to the error stream. @throws ConfigError */
  config(): Loaded
  /** One line. */
  say(line: string): void
  /** The result: lines for a person, one JSON document with `--json`. */
  result(value: unknown, lines: readonly string[]): void
  /** @throws UsageError when nobody can answer and there is no default */
  ask(question: string, fallback?: string): Promise<string>
  /** `--yes` says yes. @throws UsageError without a terminal */
  confirm(question: string): Promise<boolean>
}

export interface Surroundings {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean }
}

export interface Flags {
  readonly json: boolean
  readonly yes: boolean
  readonly quiet: boolean
  readonly settings: Readonly<Partial<Record<Setting, string>>>
}

export function createIo(around: Surroundings, flags: Flags): Io {
  const { stdin, stdout, stderr } = around
  const say = (line: string) => void stdout.write(`${line}\n`)
  let loaded: Loaded | undefined
  const ask = async (question: string, fallback?: string): Promise<string> => {
    if (fallback !== undefined && (flags.yes || !stdin.isTTY)) return fallback
    if (!stdin.isTTY)
      throw new UsageError(`"${question}" needs an answer: give it as a flag, or run this on a terminal`)
    const lines = createInterface({ input: stdin, output: stderr })
    try {
      const given = (await lines.question(`${question}${fallback === undefined ? '' : ` [${fallback}]`} `)).trim()
      return given === '' && fallback !== undefined ? fallback : given
    } finally {
      lines.close()
    }
  }
  return {
    folder: around.folder,
    env: around.env,
    json: flags.json,
    yes: flags.yes,
    quiet: flags.quiet,
    out: { isTTY: stdout.isTTY === true, write: (text) => void stdout.write(text) },
    err: { isTTY: stderr.isTTY === true, write: (text) => void stderr.write(text) },
    config() {
      if (loaded !== undefined) return loaded
      loaded = loadConfig({ env: around.env, flags: flags.settings, folder: around.folder })
      for (const warning of loaded.warnings) stderr.write(`warning: ${warning}\n`)
      return loaded
    },
    say,
    result(value, lines) {
      if (flags.json) say(JSON.stringify(value))
      else for (const line of lines) say(line)
    },
    ask,
    async confirm(question) {
      if (flags.yes) return true
      if (!stdin.isTTY) throw new UsageError(`"${question}" needs a yes: add --yes, or run this on a terminal`)
      return /^y(es)?$/i.test(await ask(`${question} (yes/no)`))
    },
  }
}
