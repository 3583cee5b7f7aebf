// Runs every check and test. Installs what the tests need from Debian's packages where it may; what cannot be had is said, and in CI is an error.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const ci = process.env.CI === 'true'
const PEERS = [
  { packages: ['chromium'], there: () => existsSync('/usr/bin/chromium'), what: 'Chromium, for the pages' },
  { packages: ['postgresql'], there: () => existsSync('/usr/lib/postgresql'), what: 'PostgreSQL, the second database' },
  { packages: ['w3m'], there: () => existsSync('/usr/bin/w3m'), what: 'w3m, a text browser' },
]

const run = (command, args, options = {}) => spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })

/** What the tests drive beside our own code. Only root may install it. */
const installPeers = () => {
  const missing = PEERS.filter(({ there }) => !there())
  if (missing.length === 0) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const packages = missing.flatMap(({ packages: names }) => names)
    process.stdout.write(`installing ${packages.join(', ')} with apt-get\n`)
    run('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  for (const { there, what } of missing) {
    if (!there()) process.stdout.write(`NOT INSTALLED: ${what}; its tests are ${ci ? 'an error' : 'skipped'}\n`)
  }
  if (ci && missing.some(({ there }) => !there())) process.exit(1)
}

installPeers()
const only = process.argv.slice(2)
if (only.length === 0 && run(process.execPath, [join('scripts', 'check.mjs')]).status !== 0) process.exit(1)

const report = join(root, 'test-output', 'report.json')
mkdirSync(dirname(report), { recursive: true })
const env = {
  ...process.env,
  LAMPLIGHTER_CONFORMANCE: process.env.LAMPLIGHTER_CONFORMANCE ?? resolve(root, '../shared/data'),
  ...(ci && { LAMPLIGHTER_E2E: 'required', LAMPLIGHTER_POWERCUT: process.env.LAMPLIGHTER_POWERCUT ?? 'optional' }),
}
if (!existsSync(env.LAMPLIGHTER_CONFORMANCE)) {
  process.stdout.write(
    `NOT FOUND: conformance data at ${env.LAMPLIGHTER_CONFORMANCE}; its tests are ${ci ? 'an error' : 'skipped'}\n`,
  )
  if (ci) process.exit(1)
}
/** One run of the tests: its exit status and what its report says of every test. */
const runTests = (filters) => {
  rmSync(report, { force: true })
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters]
  const { status } = run(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), ...args], { env })
  if (!existsSync(report)) process.exit(status || 1)
  const tests = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({ ...test, file: name })),
  )
  const having = (...states) => tests.filter((test) => states.includes(test.status))
  return { status, passed: having('passed'), failed: having('failed'), skipped: having('pending', 'skipped') }
}

let { status, passed, failed, skipped } = runTests(only)
// Where V8 ends a worker with SIGSEGV (nodejs/node#64500), the rest of that file did not run, and nothing else failed: those files
// run once more, whole, and are said. A second crash or any failed test counts.
const unfinished = [...new Set(skipped.map(({ file }) => file))]
if (ci && status !== 0 && failed.length === 0 && unfinished.length > 0 && unfinished.length <= 2) {
  process.stdout.write(`A WORKER CRASHED; run once more: ${unfinished.map((file) => relative(root, file)).join(' ')}\n`)
  const again = runTests(unfinished.map((file) => relative(root, file)))
  status = again.status
  passed = [...passed.filter(({ file }) => !unfinished.includes(file)), ...again.passed]
  failed = again.failed
  skipped = again.skipped
}
for (const { fullName } of skipped) process.stdout.write(`skipped: ${fullName}\n`)
process.stdout.write(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped\n`)
const forbidden = ci && skipped.some(({ fullName }) => !fullName.includes('(may be skipped'))
if (forbidden) process.stdout.write('In CI no test may be skipped.\n')
process.exit(status === 0 && !forbidden && passed.length > 0 ? 0 : 1)
