import { existsSync, readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { parseVerifierKey } from '@lamplighter/ledger'
import { z } from 'zod'
import { isLoopbackHost } from './hosts.ts'

const text = z.string().min(1)
const listen = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[a-z0-9.-]+):\d{1,5}$/i, 'expected address:port, such as 127.0.0.1:4100')
  .transform((value) => {
    const at = value.lastIndexOf(':')
    return { host: value.slice(0, at).replaceAll(/[[\]]/g, ''), port: Number(value.slice(at + 1)) }
  })
  .refine(({ port }) => port <= 65_535, 'expected a port up to 65535')
const address = z
  .url({ protocol: /^https?$/ })
  .refine((value) => {
    // Zod goes on to this check after the one before it failed, with what is no address.
    if (!URL.canParse(value)) return true
    const { protocol, hostname } = new URL(value)
    return protocol === 'https:' || isLoopbackHost(hostname)
  }, 'http: is for loopback only; TLS ends at your proxy, so give the https: address')
  .transform((value) => new URL(value).origin)
const ranges = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  )
  .refine((list) => list.every(isRange), 'expected addresses or ranges, such as 10.0.0.0/8,::1')
const nets = z.string().transform((value, context): ReadonlyMap<string, readonly string[]> => {
  const pairs = value.split(';').filter((part) => part.trim() !== '')
  const parsed = new Map<string, readonly string[]>()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const list = pair
      .slice(at + 1)
      .split(',')
      .map((one) => one.trim())
    if (at < 1 || !list.every(isRange)) {
      context.addIssue({
        code: 'custom',
        message: 'expected connection=range[,range…];…, such as webhook:main=10.0.0.0/8',
      })
      return z.NEVER
    }
    parsed.set(pair.slice(0, at).trim(), list)
  }
  return parsed
})
const hosts = z.string().transform((value, context): ReadonlyMap<string, readonly string[]> => {
  const parsed = new Map<string, readonly string[]>()
  for (const pair of value.split(';').filter((part) => part.trim() !== '')) {
    const [name = '', list = '', ...more] = pair.split('=').map((part) => part.trim())
    const named = list.split(',').map((one) => one.trim().toLowerCase())
    if (name === '' || more.length > 0 || !named.every((one) => HOST.test(one))) {
      context.addIssue({
        code: 'custom',
        message: 'expected connection=host[:port][,host…];…, such as main=media.example.com',
      })
      return z.NEVER
    }
    parsed.set(name, named)
  }
  return parsed
})
const verifierKeys = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  )
  .refine(
    (keys) => keys.every(isVerifierKey),
    'expected verifier keys with commas, name+id+key, as `lists sign` shows one',
  )
const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/
const sizes = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }
const floor = z
  .string()
  .regex(/^\d+(\.\d+)? ?(%|KiB|MiB|GiB)$/, 'expected a size or a share, such as 1GiB or 5%')
  .transform((value): { bytes: number } | { share: number } => {
    const number = Number.parseFloat(value)
    const unit = /[a-z%]+$/i.exec(value)?.[0]
    return unit === '%' ? { share: number / 100 } : { bytes: number * sizes[unit as keyof typeof sizes] }
  })

/**
 * Every boot setting; `dataFolder` is `LAMPLIGHTER_DATA_FOLDER`, unless `names` says otherwise. All else is a Setting in the database
 * (platform.md §15, ecosystem.md §15). The table of the docs is made from this schema.
 */
export const Config = z.object({
  url: address
    .default('http://localhost:4100')
    .describe('Address that people and platforms use; by default localhost with the port that is listened on'),
  listen: listen.prefault('127.0.0.1:4100').describe('Address and port to listen on'),
  data: text.default('.lamplighter').describe('Folder of the embedded database, files and the operator’s socket'),
  database: z
    .union([z.literal('embedded'), z.string().regex(/^postgres(ql)?:\/\//, 'expected embedded or postgres://…')])
    .default('embedded')
    .describe('embedded, or postgres://…'),
  databaseReplica: text.optional().describe('A read replica of the database'),
  databaseDirect: text.optional().describe('The database without a pooler in between'),
  databaseOwner: text.optional().describe('The database as the role that migrates'),
  blobs: text.default('files').describe('files = in the data folder; or s3://…'),
  blobLock: z.enum(['off', 'governance', 'compliance']).default('off').describe('Object lock of the blob store'),
  keyring: text.optional().describe('Where the keyring lives; beside the database by default'),
  keyFile: text.optional().describe('File of the master key; made on first start, mode 600'),
  keyCommand: text.optional().describe('Program that wraps keys instead of the key file'),
  log: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .describe('Level of the log on stdout'),
  trustProxy: ranges.prefault('').describe('Proxies whose forwarded headers count'),
  allowNets: nets.prefault('').describe('Private ranges that a named connection may reach'),
  mediaHosts: hosts.prefault('').describe('Hosts from which files of a named connection are fetched by address'),
  listKeys: verifierKeys.prefault('').describe('Verifier keys of those who sign term lists, with commas'),
  officerUrl: address.optional().describe('Address of the officers’ portal, when it has its own'),
  oidcIssuer: text.optional().describe('OpenID provider for staff'),
  oidcClient: text.optional().describe('Client id at that provider'),
  oidcSecret: text.optional().describe('Client secret at that provider'),
  smtp: text.optional().describe('Mail server for notices to staff'),
  role: z.enum(['all', 'api', 'worker', 'sequencer']).default('all').describe('What this process does'),
  stream: text.default('database').describe('database, or kafka://…'),
  peerListen: listen.optional().describe('Address and port for other processes of ours'),
  peerKey: text.optional().describe('Key that signs calls between our processes'),
  metricsListen: listen.optional().describe('Address and port for /metrics alone'),
  shutdownS: z.coerce.number().int().min(1).max(600).default(30).describe('Seconds that a stop may take'),
  decoderNative: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether rarer pictures are decoded by libvips, in a process of its own, and videos by ffmpeg'),
  decoderPrefer: z
    .enum(['wasm', 'native'])
    .default('wasm')
    .describe('native: libvips is asked first about JPEG and WebP; three times as quick, behind one wall fewer'),
  decoders: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Files that are decoded at the same time; cores less one, at least one'),
  videoMib: z.coerce
    .number()
    .int()
    .min(50)
    .max(2048)
    .default(2048)
    .describe('Most MiB of one video that is handed in; all other files have 50 MiB at most'),
  diskFloor: floor.optional().describe('Free space below which bulk writes are refused; 1 GiB or 5 %'),
  referralsSecondPerson: z
    .enum(['true', 'false'])
    .default('true')
    .transform((value) => value === 'true')
    .describe('Whether a referral needs a second person'),
})
export type Config = z.output<typeof Config>
export type Setting = keyof Config

/** Where a value comes from, weakest first. */
export type Origin = 'default' | 'file' | 'environment' | 'flag' | 'secret file'

export interface Loaded {
  readonly config: Config
  readonly origins: Readonly<Record<Setting, Origin>>
  /** Things that work but should not stay so, in words. */
  readonly warnings: readonly string[]
}

const SECRETS: ReadonlySet<Setting> = new Set([
  'oidcSecret',
  'peerKey',
  'smtp',
  'database',
  'databaseReplica',
  'databaseDirect',
  'databaseOwner',
  'keyring',
])

/** Known, and read by tests alone. */
const TEST_NAMES = /^LAMPLIGHTER_(E2E|PEERS|CONFORMANCE|CHROMIUM|DEEP|POWERCUT|KILLS|CUTS|TEST_[A-Z0-9_]+)$/

const settings = Object.keys(Config.shape) as Setting[]
export const envNameOf = (setting: Setting): string =>
  `LAMPLIGHTER_${setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
export const flagNameOf = (setting: Setting): string =>
  `--${setting.replaceAll(/[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}`
const byEnvName = new Map(settings.map((setting) => [envNameOf(setting), setting]))

/** A configuration that cannot be used: exit 2. Each line says what to change. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.lines = lines
  }
}

export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Values given as flags, by setting. */
  readonly flags?: Readonly<Partial<Record<Setting, string>>>
  /** Folder that holds `lamplighter.env`; relative paths in settings start here. */
  readonly folder: string
}

/**
 * Reads the boot settings: defaults < `lamplighter.env` < environment < flags. `NAME_FILE` reads the value from a file.
 *
 * @throws ConfigError with every fault at once
 */
export function loadConfig(sources: Sources): Loaded {
  const faults: string[] = []
  const warnings: string[] = []
  const given: Partial<Record<Setting, string>> = {}
  const origins: Partial<Record<Setting, Origin>> = {}
  const take = (setting: Setting, value: string, origin: Origin) => {
    given[setting] = value
    origins[setting] = origin
  }
  const takeAll = (from: Readonly<Record<string, string | undefined>>, origin: Origin) => {
    for (const [name, value] of Object.entries(from)) {
      if (!name.startsWith('LAMPLIGHTER_') || value === undefined || TEST_NAMES.test(name)) continue
      const setting = byEnvName.get(name)
      const fileSetting = name.endsWith('_FILE') ? byEnvName.get(name.slice(0, -5)) : undefined
      if (setting !== undefined) take(setting, value, origin)
      else if (fileSetting !== undefined) readSecret(fileSetting, name, value)
      else faults.push(unknownName(name))
    }
  }
  const readSecret = (setting: Setting, name: string, path: string) => {
    const file = resolve(sources.folder, path)
    try {
      take(setting, readFileSync(file, 'utf8').replace(/\r?\n$/, ''), 'secret file')
      if ((statSync(file).mode & 0o044) !== 0) {
        warnings.push(`${name}: the file can be read by others on this machine. Run: chmod 600 ${path}`)
      }
    } catch {
      faults.push(`${name}: the file ${path} cannot be read. Create it, or take the setting out.`)
    }
  }

  takeAll(readEnvFile(envFileOf(sources.folder), faults), 'file')
  takeAll(sources.env, 'environment')
  for (const [setting, value] of Object.entries(sources.flags ?? {})) take(setting as Setting, value, 'flag')

  const parsed = Config.safeParse(given)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      faults.push(`${envNameOf(issue.path[0] as Setting)}: ${issue.message.replace(/^Invalid option: /, '')}`)
    }
  }
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults)
  const config = {
    ...parsed.data,
    url: given.url === undefined ? ownAddress(parsed.data) : parsed.data.url,
    data: resolve(sources.folder, parsed.data.data),
  }
  return { config, origins: withDefaults(origins), warnings }
}

/** Where a server that was told no address is reached on its own machine. A port that is drawn at the start is nobody's address. */
const ownAddress = ({ url, listen: { host, port } }: z.output<typeof Config>): string =>
  isLoopbackHost(host) && port !== 0 ? `http://localhost:${port}` : url

/** The file that `init` writes into a folder, and that every command started there reads. */
export const envFileOf = (folder: string): string => join(folder, 'lamplighter.env')

/** `KEY=value` lines; `#` begins a comment line; quotes around a value are taken off. */
function readEnvFile(path: string, faults: string[]): Record<string, string> {
  if (!existsSync(path)) return {}
  const values: Record<string, string> = {}
  for (const [n, raw] of readFileSync(path, 'utf8').split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    if (at < 1) faults.push(`lamplighter.env line ${n + 1}: expected NAME=value`)
    else
      values[line.slice(0, at).trim()] = line
        .slice(at + 1)
        .trim()
        .replace(/^(["'])(.*)\1$/, '$2')
  }
  return values
}

function unknownName(name: string): string {
  const known = settings.flatMap((setting) => [envNameOf(setting), `${envNameOf(setting)}_FILE`])
  const nearest = known
    .map((one) => ({ one, distance: editDistance(name, one) }))
    .sort((a, b) => a.distance - b.distance)[0]
  const hint = nearest !== undefined && nearest.distance <= 4 ? ` Did you mean ${nearest.one}?` : ''
  return `${name} is no setting of Lamplighter.${hint}`
}

/** Levenshtein's distance. */
export function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (const [n, letter] of [...a].entries()) {
    const row = [n + 1]
    for (const [m, other] of [...b].entries()) {
      row.push(Math.min((before[m + 1] ?? 0) + 1, (row[m] ?? 0) + 1, (before[m] ?? 0) + (letter === other ? 0 : 1)))
    }
    before = row
  }
  return before.at(-1) ?? 0
}

const withDefaults = (origins: Partial<Record<Setting, Origin>>): Record<Setting, Origin> =>
  Object.fromEntries(settings.map((setting) => [setting, origins[setting] ?? 'default'])) as Record<Setting, Origin>

/** One line per setting: name, value (secrets hidden) and where it comes from. */
export function describeConfig({
  config,
  origins,
}: Loaded): { name: string; value: string; origin: Origin; words: string }[] {
  return settings.map((setting) => ({
    name: envNameOf(setting),
    value: shown(setting, config[setting], origins[setting]),
    origin: origins[setting],
    words: Config.shape[setting].description ?? '',
  }))
}

function shown(setting: Setting, value: unknown, origin: Origin): string {
  if (value === undefined) return '–'
  if (SECRETS.has(setting) && origin !== 'default') return '(hidden)'
  if (value instanceof Map) return [...value].map(([name, list]) => `${name}=${list.join(',')}`).join(';')
  if (typeof value === 'object' && value !== null && 'port' in value && 'host' in value)
    return `${value.host}:${value.port}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isRange(value: string): boolean {
  if (value === '') return true
  const [base = '', bits] = value.split('/')
  const family = isIP(base)
  return family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
}

function isVerifierKey(text: string): boolean {
  try {
    parseVerifierKey(text)
    return true
  } catch {
    return false
  }
}
