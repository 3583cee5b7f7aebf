import type { ExitCode, Io } from './io.ts'

export interface OptionSpec {
  readonly help: string
  /** Name of the value in the help; without it the option is a yes/no. */
  readonly value?: string
}

/**
 * One command. A file in `commands/` exports `commands`, a list of these; its name is the first word of theirs. That is all there is to
 * adding one.
 */
export interface Command {
  /** `key new`. */
  readonly name: string
  readonly summary: string
  /** A line that can be pasted, shown by `--help`. */
  readonly example: string
  /** Names of what follows the command; a trailing `?` for what may be left out, `...` for one or more of the last. */
  readonly args?: readonly string[]
  readonly options?: Readonly<Record<string, OptionSpec>>
  run(io: Io, given: Given): Promise<ExitCode>
}

export interface Given {
  readonly args: readonly string[]
  /** Value of an option with a value. */
  value(name: string): string | undefined
  has(name: string): boolean
}

export function helpOf(command: Command): string {
  const args = (command.args ?? []).map((name) => {
    if (name.endsWith('...')) return `<${name.slice(0, -3)}> …`
    return name.endsWith('?') ? `[${name.slice(0, -1)}]` : `<${name}>`
  })
  const options = Object.entries(command.options ?? {}).map(([name, { help, value }]) => {
    return `  ${`--${name}${value === undefined ? '' : ` <${value}>`}`.padEnd(26)}${help}`
  })
  return [
    `lamplighter ${[command.name, ...args].join(' ')}`,
    '',
    `  ${command.summary}`,
    '',
    ...options,
    '  --json                    one JSON document instead of lines',
    '  --yes                     no questions',
    '  --quiet                   no progress',
    '',
    'Example:',
    `  ${command.example}`,
  ].join('\n')
}
