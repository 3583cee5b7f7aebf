import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './cli/run.ts'

const folder = process.cwd()
const argv = process.argv.slice(2)
const given = argv.length > 0 ? argv : [existsSync(join(folder, 'lamplighter.env')) ? 'start' : 'demo']

// A reader that has seen enough (`lamplighter … | head`) is no error.
process.stdout.on('error', () => process.exit(0))

const { env, stdin, stdout, stderr } = process
const code = await runCommand(given, { folder, env, stdin, stdout, stderr })
// Every effect is on disk when a command returns, so nothing is waited for.
stdout.write('', () => process.exit(code))
