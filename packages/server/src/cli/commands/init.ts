import { existsSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openContext } from '../../context.ts'
import { type Config, envFileOf, loadConfig } from '../../http/config.ts'
import { isLoopbackHost } from '../../http/hosts.ts'
import type { Doer } from '../../people/index.ts'
import { keepDraft, listsNamed } from '../../policy/index.ts'
import { tablesIn } from '../../storage/maintenance.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'

const operator: Doer = { name: 'operator', staff: null, touch: 'operator', request: 'init' }

/** A port in an address of this machine is the port to listen on; behind a proxy the two have nothing to do with each other. */
function listenOf(url: string, env: Readonly<Record<string, string | undefined>>): { LAMPLIGHTER_LISTEN?: string } {
  if (!URL.canParse(url) || env.LAMPLIGHTER_LISTEN !== undefined) return {}
  const { protocol, hostname, port } = new URL(url)
  return protocol === 'http:' && isLoopbackHost(hostname) && port !== ''
    ? { LAMPLIGHTER_LISTEN: `127.0.0.1:${port}` }
    : {}
}

/** The rules that go live, and those that wait as a draft; the platform's own take their place (`lamplighter rules live`). */
async function shippedRules(): Promise<{ text: string; schemaText: string; draft: string }> {
  const file = (name: string) => readFile(new URL(`../../../../rules/wick/${name}`, import.meta.url), 'utf8')
  return {
    text: await file('starter.wick'),
    schemaText: await file('chat.schema.wick'),
    draft: await file('core.wick'),
  }
}

/**
 * Refuses to begin where somebody's data are: a log is named after the address that it was first opened under, and would halt under
 * another.
 *
 * @param path of the file that `init` would write
 * @throws UsageError
 */
async function assertNothingThere({ data, database }: Config, path: string): Promise<void> {
  if (existsSync(join(data, 'demo'))) {
    throw new UsageError(`${data} holds the demo. Run init in a folder of its own, or first: lamplighter reset`)
  }
  const goOn = `To go on with it, write ${path} with the LAMPLIGHTER_URL it had`
  const store = join(data, 'lamplighter.db')
  if (existsSync(store)) {
    throw new UsageError(`${store} is there already. ${goOn}; to begin anew, run first: lamplighter reset`)
  }
  if (database === 'embedded') return
  const tables = await tablesIn(database)
  if (tables.includes('migrations') && tables.includes('ledger_records')) {
    throw new UsageError(
      `The PostgreSQL database holds an installation of Lamplighter already. ${goOn}, and bring its data folder; to begin anew, name an empty database.`,
    )
  }
  if (tables.length > 0) {
    throw new UsageError(
      `The PostgreSQL database holds ${tables.length} other tables. Lamplighter needs a database of its own: name an empty one.`,
    )
  }
}

export const commands: readonly Command[] = [
  {
    name: 'init',
    summary: 'Asks five questions, writes lamplighter.env and prints the first admin’s link.',
    example:
      'lamplighter init --name Harbour --url https://safety.harbour.example --admin "Robin Vale" --country GB --yes',
    options: {
      name: { help: 'name of your platform', value: 'text' },
      admin: { help: 'name of the first admin', value: 'text' },
      country: { help: 'two letters, such as GB', value: 'code' },
      url: { help: 'address that people and platforms use', value: 'url' },
      database: { help: 'embedded, or postgres://…', value: 'url' },
    },
    async run(io, { value }) {
      const path = envFileOf(io.folder)
      if (existsSync(path)) throw new UsageError(`${path} is there already; edit it, or start: lamplighter start`)
      const ask = (name: string, question: string, fallback?: string) => value(name) ?? io.ask(question, fallback)
      const name = await ask('name', 'What is your platform called?')
      const url = await ask('url', 'Under which address will people reach Lamplighter?', 'http://localhost:4100')
      const database = await ask('database', 'Which database: embedded, or postgres://…?', 'embedded')
      const admin = await ask('admin', 'Who is the first admin?')
      const country = (await ask('country', 'In which country is it run (two letters)?')).toUpperCase()
      if (!/^[A-Z]{2}$/.test(country))
        throw new UsageError(`"${country}" is no country: expected two letters, such as GB`)

      const values = { LAMPLIGHTER_URL: url, LAMPLIGHTER_DATABASE: database, ...listenOf(url, io.env) }
      const { config } = loadConfig({ env: { ...io.env, ...values }, folder: io.folder })
      await assertNothingThere(config, path)
      const context = await openContext({ config, patient: true })
      try {
        const link = await context.people.invite({ name: admin, roles: ['admin'], kind: 'first', doer: operator })
        await context.settings.put('platform.name', name, { reason: 'init', doer: operator })
        await context.settings.put('platform.country', country, { reason: 'init', doer: operator })
        const { text, schemaText, draft } = await shippedRules()
        const reason = 'the rules that a new installation starts with'
        await context.registry.put({ text, schemaText, doer: operator, reason })
        await keepDraft(context, { name: 'core', text: draft, doer: operator })
        await context.library.declare(
          listsNamed(context.registry.live()).map((list) => ({ ...list, staleAfterMs: null })),
          'operator',
        )
        const lines = Object.entries(values).map(([key, text]) => `${key}=${text}`)
        // The database’s address may hold a password.
        writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' })
        io.result({ file: path, link: link.link, until: link.until }, [
          `Wrote ${path}.`,
          '',
          'Next:',
          '  1. lamplighter start',
          `  2. within 15 minutes, ${admin} opens ${link.link}`,
        ])
      } finally {
        await context.close()
      }
      return 0
    },
  },
]
