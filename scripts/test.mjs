// Runs every test, after installing what the tests need from Debian's packages where that is possible.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const { status } = spawnSync(
  process.execPath,
  [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exit(status ?? 1)
