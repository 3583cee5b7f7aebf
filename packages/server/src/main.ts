import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { modules } from './modules.ts'
import { startWriterAhead } from './storage/ahead.ts'

const folder = process.cwd()
const argv = process.argv.slice(2)
const given = argv.length > 0 ? argv : [existsSync(join(folder, 'lamplighter.env')) ? 'start' : 'demo']

// These open the database, and reading the program takes as long for each of the two threads.
const opening = ['start', 'init', 'demo']
if (opening.includes(`${given[0]}`) && (given[1] ?? '-').startsWith('-')) startWriterAhead(modules)
const { runCommand } = await import('./cli/run.ts')

// A reader that has seen enough (`lamplighter … | head`) is no error.
process.stdout.on('error', () => process.exit(0))

const { env, stdin, stdout, stderr } = process
const code = await runCommand(given, { folder, env, stdin, stdout, stderr })
// Every effect is on disk when a command returns, so nothing is waited for.
stdout.write('', () => process.exit(code))
