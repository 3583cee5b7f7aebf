import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Config, ConfigError, editDistance, flagNameOf, type Setting } from '../http/config.ts'
import { AppError } from '../http/errors.ts'
import { StorageError } from '../storage/index.ts'
import { KeyringError } from '../storage/keyring/index.ts'
import { type Command, helpOf } from './command.ts'
import { createIo, type ExitCode, type Surroundings, UsageError } from './io.ts'
import { whyWords } from './local-files.ts'

const folder = new URL('./commands/', import.meta.url)
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => name.slice(0, -3))
/** First words of commands. A word with much to say has several files: `lists.ts`, `lists-sign.ts`. */
const firstWords = [...new Set(files.map((name) => name.split('-')[0] ?? name))]
const settingFlags = new Map((Object.keys(Config.shape) as Setting[]).map((name) => [flagNameOf(name).slice(2), name]))

async function load(word: string): Promise<readonly Command[]> {
  const all = files.filter((name) => name === word || name.startsWith(`${word}-`))
  const modules = await Promise.all(
    all.map(async (name) => (await import(new URL(`${name}.ts`, folder).href)) as { commands: readonly Command[] }),
  )
  return modules.flatMap(({ commands }) => commands)
}

/** Runs one command line and gives its exit code. Never throws. */
export async function runCommand(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  const fail = (lines: readonly string[], code: ExitCode): ExitCode => {
    for (const line of lines) around.stderr.write(`${line}\n`)
    return code
  }
  try {
    return await run(argv, around)
  } catch (thrown) {
    if (thrown instanceof UsageError) return fail([thrown.message], 2)
    if (thrown instanceof ConfigError) return fail(thrown.lines, 2)
    if (isPortTaken(thrown))
      return fail(
        [`${thrown.address}:${thrown.port} is in use; stop what listens there, or use another LAMPLIGHTER_LISTEN`],
        2,
      )
    if (thrown instanceof StorageError && thrown.code === 'already_running') return fail([thrown.message], 2)
    if (thrown instanceof AppError) return fail([`${thrown.code}:${summaryOf(thrown)}`, ...faultsOf(thrown)], 1)
    if (thrown instanceof StorageError || thrown instanceof KeyringError)
      return fail([`${thrown.code}: ${thrown.message}`], 1)
    if (isCutOff(thrown))
      return fail(
        [
          'The server ended before it answered, so nobody knows what was done. Look at its log, start it, and try again.',
        ],
        1,
      )
    if (isUnreadable(thrown)) return fail([`${thrown.path ?? 'a file'}: ${whyWords(thrown.code)}`], 2)
    return fail([thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)], 1)
  }
}

/** What the faults below say together is not said twice. */
function summaryOf({ message, extra }: AppError): string {
  const said = (extra.errors ?? []).map(({ detail }) => detail).join(' ')
  return said === message ? '' : ` ${message}`
}

/** Each fault, with its place where it has one: `12:8 D01: no policy 'X' here`. */
function faultsOf({ extra }: AppError): string[] {
  return (extra.errors ?? []).map(
    ({ code, pointer, detail }) => `  ${`${pointer.replace('/text/', '')} ${code}`.trimStart()}: ${detail}`,
  )
}

function isPortTaken(thrown: unknown): thrown is Error & { readonly address: string; readonly port: number } {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    thrown.code === 'EADDRINUSE' &&
    'address' in thrown &&
    'port' in thrown
  )
}

/** The operator's socket was closed in the middle of a call. */
const isCutOff = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ECONNRESET' || thrown.code === 'EPIPE')

/** A file of the command line that the system does not give. */
function isUnreadable(thrown: unknown): thrown is Error & { readonly code: string; readonly path?: string } {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    'syscall' in thrown &&
    ['open', 'read', 'scandir', 'stat'].includes(String(thrown.syscall)) &&
    ['EISDIR', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ELOOP', 'EIO'].includes(String(thrown.code))
  )
}

async function run(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  const [first] = argv
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    around.stdout.write(`${await overview()}\n`)
    return 0
  }
  if (!firstWords.includes(first)) throw new UsageError(unknown(first, firstWords))
  const command = choose(await load(first), argv, first)
  const rest = argv.slice(command.name.split(' ').length)
  const { values, positionals } = parse(command, rest)
  if (values.help === true) {
    around.stdout.write(`${helpOf(command)}\n`)
    return 0
  }
  checkArgs(command, positionals)
  const settings: Partial<Record<Setting, string>> = {}
  for (const [flag, name] of settingFlags) {
    const value = values[flag]
    if (typeof value === 'string' && command.options?.[flag] === undefined) settings[name] = value
  }
  const io = createIo(around, {
    json: values.json === true,
    yes: values.yes === true,
    quiet: values.quiet === true,
    settings,
  })
  return command.run(io, {
    args: positionals,
    value: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    has: (name) => values[name] === true,
  })
}

/** The command with the longest name that the line begins with. */
function choose(commands: readonly Command[], argv: readonly string[], first: string): Command {
  const line = argv.join(' ')
  const fitting = commands.filter(({ name }) => line === name || line.startsWith(`${name} `))
  const chosen = fitting.sort((a, b) => b.name.length - a.name.length)[0]
  if (chosen !== undefined) return chosen
  if (argv.includes('--help') || argv.length === 1) {
    throw new UsageError(commands.map((one) => helpOf(one)).join('\n\n'))
  }
  throw new UsageError(
    unknown(
      argv.slice(0, 2).join(' '),
      commands.map(({ name }) => name),
      first,
    ),
  )
}

function parse(command: Command, args: readonly string[]) {
  const flags = Object.entries(command.options ?? {}).map(([name, { value }]) => [
    name,
    { type: value === undefined ? 'boolean' : 'string' },
  ])
  const settings = [...settingFlags.keys()].map((name) => [name, { type: 'string' }])
  const common = ['json', 'yes', 'quiet', 'help'].map((name) => [name, { type: 'boolean' }])
  const options: Record<string, { type: 'boolean' | 'string' }> = Object.fromEntries([...settings, ...common, ...flags])
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (thrown) {
    const name = /Unknown option '-*([^']+)'/.exec(thrown instanceof Error ? thrown.message : '')?.[1]
    if (name === undefined)
      throw new UsageError(thrown instanceof Error ? thrown.message : 'the options cannot be read')
    throw new UsageError(
      unknown(
        `--${name}`,
        Object.keys(options).map((one) => `--${one}`),
        command.name,
      ),
    )
  }
}

function checkArgs(command: Command, given: readonly string[]): void {
  const names = command.args ?? []
  const needed = names.filter((name) => !name.endsWith('?')).length
  const most = names.at(-1)?.endsWith('...') ? Number.POSITIVE_INFINITY : names.length
  if (given.length >= needed && given.length <= most) return
  throw new UsageError(
    `expected ${names.length === 0 ? 'nothing' : names.join(' ')} after "${command.name}"\n\n${helpOf(command)}`,
  )
}

function unknown(given: string, known: readonly string[], command = ''): string {
  const nearest = known.map((one) => ({ one, far: editDistance(given, one) })).sort((a, b) => a.far - b.far)[0]
  const hint = nearest !== undefined && nearest.far <= 3 ? ` Did you mean ${nearest.one}?` : ''
  return `lamplighter${command === '' ? '' : ` ${command}`} has no "${given}".${hint} See: lamplighter --help`
}

async function overview(): Promise<string> {
  const all = (await Promise.all(firstWords.map(load))).flat()
  return [
    'lamplighter <command>     --help shows options and an example for each',
    '',
    ...all.map(({ name, summary }) => `  ${name.padEnd(25)} ${summary}`),
    '',
    'Exit: 0 done · 1 a check failed · 2 wrong use · 3 a person must act',
  ].join('\n')
}
