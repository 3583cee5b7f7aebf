// Everything a tool can see: formatting, lint and types, in every workspace.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const steps = [
  ['biome', 'check', '--error-on-warnings', '.'],
  ...['api', 'rules', 'matching', 'text', 'ledger', 'server', 'console'].map((name) => [
    'tsc',
    '-p',
    `packages/${name}`,
  ]),
  ['tsc', '-p', '.'],
]

let failed = 0
for (const [tool, ...args] of steps) {
  const target = args.at(-1)
  if (tool === 'tsc' && !existsSync(join(target, 'tsconfig.json'))) continue
  const { status } = spawnSync(join('node_modules/.bin', tool), args, { stdio: 'inherit' })
  if (status !== 0) failed += 1
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'}  ${tool} ${args.join(' ')}\n`)
}
process.exit(failed === 0 ? 0 : 1)
