import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatEvidence } from '../src/evidence.ts'
import { formatVerifierKey } from '../src/keys.ts'
import { signPromise } from '../src/promises.ts'
import { proveInclusion } from '../src/prove.ts'
import { formatReceipt } from '../src/receipts.ts'
import { FIRST_PERIOD, flipped, MadeLog, newSigner, octets32 } from '../test/log-maker.ts'
import { buildVerifier, MOST_BYTES } from './build.ts'
import { runtimeIo } from './io.ts'
import { verifyTarget } from './verify.ts'

const run = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lamplighter-verifier-'))
const at = (name: string) => join(folder, name)
const program = at('lamplighter-verify.mjs')

/** Every Node on the PATH, one of each major version. */
async function nodes(): Promise<Map<string, string>> {
  const found = new Map([[process.versions.node.split('.')[0] ?? '', process.execPath]])
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].map((dir) =>
    join(dir, 'node'),
  )
  for (const place of places.filter((path) => existsSync(path))) {
    const { stdout } = await run(place, ['--version'])
    const major = stdout.slice(1).split('.')[0] ?? ''
    if (!found.has(major)) found.set(major, place)
  }
  return found
}

interface Ran {
  code: number
  out: string
}

async function verifier(node: string, args: string[], nodeArgs: string[] = []): Promise<Ran> {
  try {
    const { stdout } = await run(node, [...nodeArgs, program, ...args])
    return { code: 0, out: stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    expect(stderr).not.toMatch(/ at .*:\d+:\d+/)
    return { code, out: stdout }
  }
}

let log: MadeLog
let server: Server
let url = ''
const promise = { origin: 'safety.example/log/actions', commitment: octets32(1), deadline: 0 }

function writeLog(name: string, from: MadeLog): void {
  for (const [path, bytes] of from.allFiles()) {
    mkdirSync(dirname(at(`${name}/${path}`)), { recursive: true })
    writeFileSync(at(`${name}/${path}`), bytes)
  }
}

beforeAll(async () => {
  writeFileSync(program, buildVerifier(here))
  log = await (await (await MadeLog.begin()).batch(16)).batch(512, FIRST_PERIOD + 1)
  const promiser = await newSigner(`${log.origin}/promise`, 1)
  const keys = { keys: [log.signer, promiser].map(({ vkey }) => ({ vkey: formatVerifierKey(vkey) })) }
  writeLog('log/actions', log)
  writeFileSync(at('log/keys.json'), JSON.stringify(keys))
  writeFileSync(at('policy'), log.policyText())
  writeFileSync(at('nobody'), log.policyText('none'))
  const [index, opening] = [...log.openings][1] ?? expect.fail('no open entry')
  const path = await proveInclusion(log.source(), index, log.edge.size)
  writeFileSync(at('receipt'), formatReceipt(opening, { index, path, checkpoint: log.checkpoint }))
  writeFileSync(at('opening'), JSON.stringify(opening))
  const kept = { ...promise, commitment: (log.leaves[7] ?? octets32(0)).slice(6) }
  writeFileSync(at('kept'), await signPromise(kept, promiser))
  writeFileSync(at('broken'), await signPromise(promise, promiser))
  writeFileSync(at('late'), await signPromise({ ...promise, deadline: 9_000_000_000 }, promiser))
  writeFileSync(at('key'), formatVerifierKey(promiser.vkey))
  server = createServer((request, response) => {
    const file = at((request.url ?? '').slice(1))
    if (!existsSync(file)) return response.writeHead(404).end()
    return response.end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/actions`
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the one file', () => {
  it('ledger 26: two clean builds in two folders give equal bytes, at most 64 KiB, without an import', () => {
    for (const copy of ['a', 'b']) {
      for (const part of ['src', 'verifier']) cpSync(join(here, '..', part), at(`${copy}/${part}`), { recursive: true })
    }
    const [a, b] = ['a', 'b'].map((copy) => buildVerifier(at(`${copy}/verifier`)))
    expect(a).toBe(b)
    expect(a).toBe(readFileSync(program, 'utf8'))
    expect(Buffer.byteLength(a ?? '')).toBeLessThanOrEqual(MOST_BYTES)
    expect(a).not.toMatch(/^\s*import\b|\bimport\s*\(|\brequire\s*\(/m)
  })

  it('ledger 26: uses no name that it does not declare', async () => {
    writeFileSync(at('biome.json'), '{"root": true}')
    const biome = join(here, '../../../node_modules/.bin/biome')
    const only = ['--only=correctness/noUndeclaredVariables', '--only=correctness/noUnusedVariables']
    const found = await run(biome, ['lint', ...only, `--config-path=${folder}`, program], { cwd: folder }).catch(String)
    expect(JSON.stringify(found)).toContain('Checked 1 file')
    expect(JSON.stringify(found)).not.toContain('noUn')
  })

  it('ledger 26: says the same under each Node here, with the network cut and without', async () => {
    const cut = ['--import', 'data:text/javascript,globalThis.fetch=()=>{throw new Error("cut")}']
    const args = ['receipt', at('receipt'), '--policy', at('policy')]
    const answers = new Set<string>()
    const found = await nodes()
    for (const node of found.values()) {
      answers.add(JSON.stringify(await verifier(node, args)))
      answers.add(JSON.stringify(await verifier(node, [...args, '--offline'], cut)))
    }
    console.log(`the verifier ran under Node ${[...found.keys()].join(', ')}`)
    expect([...answers].map((answer) => JSON.parse(answer))).toEqual([
      { code: 0, out: expect.stringContaining('Every check passed.') },
    ])
  })

  it('ledger 40: gives the limits of §1 in its help', async () => {
    const { code, out } = await verifier(process.execPath, ['--help'])
    expect(code).toBe(0)
    expect(out).toContain('An act that nobody recorded leaves no trace here.')
    expect(out).toContain('8. A page of the platform that says "valid" proves nothing.')
  })
})

describe('the command', () => {
  const cases: [string, () => string[], number, string][] = [
    ['a receipt', () => ['receipt', at('receipt'), '--policy', at('policy')], 0, '"demo-hashes"'],
    ['a receipt without a policy', () => ['receipt', at('receipt')], 2, 'say whom you trust'],
    ['a receipt of a stranger', () => ['receipt', at('receipt'), '--policy', at('stranger')], 1, 'wrong_origin'],
    ['a receipt that no witness saw', () => ['receipt', at('unseen'), '--policy', at('policy')], 3, 'quorum_not_met'],
    ['an opening alone', () => ['opening', at('opening')], 3, 'not checked That the leaf is in a log'],
    [
      'an opening and its log',
      () => ['opening', at('opening'), '--log', at('log/actions'), '--policy', at('policy')],
      0,
      'entry 17 of this log',
    ],
    [
      'a promise, kept',
      () => ['promise', at('kept'), '--key', readFileSync(at('key'), 'utf8'), '--log', url, '--policy', at('policy')],
      0,
      'The promise is kept: entry 7',
    ],
    [
      'a promise, broken',
      () => ['promise', at('broken'), '--key', readFileSync(at('key'), 'utf8'), '--log', url, '--policy', at('policy')],
      1,
      'promise_broken',
    ],
    [
      'a promise, not due',
      () => ['promise', at('late'), '--log', url, '--policy', at('policy')],
      3,
      'Not in the log yet',
    ],
    ['a live log', () => ['log', url, '--policy', at('policy')], 0, 'M7 All 2 open entries are published and fit'],
    ['a live log by its host', () => ['log', url.replace('/log/actions', '/'), '--policy', at('policy')], 0, 'M7'],
    ['a live log, its own key', () => ['log', url], 3, 'it was taken from the log itself. To pin it'],
    ['a log on disk', () => ['log', at('log/actions'), '--policy', at('policy')], 0, 'M6'],
    ['a log on disk by address', () => ['log', `file://${at('log/actions')}`, '--policy', at('policy')], 0, 'M6'],
    ['a log that nobody witnesses', () => ['log', at('log/actions'), '--policy', at('nobody')], 0, 'not witnessed'],
    ['a log with a bad tile', () => ['log', at('bad'), '--policy', at('policy')], 1, 'bad_tile: M3'],
    ['a log that is not there', () => ['log', `${url}-2`, '--policy', at('policy')], 1, 'missing_tile'],
    ['a live log, offline', () => ['log', url, '--offline'], 2, 'exclude each other'],
    [
      'two checkpoints that fork',
      () => ['compare', at('log/actions/checkpoint'), at('fork'), '--policy', at('policy')],
      1,
      'split_view',
    ],
    [
      'two checkpoints and the log',
      () => ['compare', at('older'), at('log/actions/checkpoint'), '--policy', at('policy'), '--log', url],
      0,
      'begins with the older one',
    ],
    [
      'two checkpoints and no path',
      () => ['compare', at('older'), at('log/actions/checkpoint'), '--policy', at('policy')],
      3,
      'Nothing is shown',
    ],
    ['evidence', () => ['compare', at('evidence'), '--policy', at('policy')], 1, 'split_view'],
    ['no such command', () => ['check', at('receipt')], 2, 'commands: receipt'],
    ['no such option', () => ['receipt', at('receipt'), '--trust'], 2, 'no option --trust'],
    ['no such file', () => ['receipt', at('nothing'), '--policy', at('policy')], 2, 'there is no file'],
  ]

  beforeAll(async () => {
    const other = await MadeLog.begin()
    const keys = await newSigner('other.example/log/actions', 1)
    writeFileSync(at('stranger'), `log ${formatVerifierKey(keys.vkey)}\nquorum none\n`)
    const receipt = readFileSync(at('receipt'), 'utf8')
    writeFileSync(at('unseen'), receipt.slice(0, receipt.indexOf('\u2014 witness')))
    writeLog('bad', log)
    writeFileSync(at('bad/tile/0/001'), flipped(readFileSync(at('bad/tile/0/001')), 9))
    Object.assign(other, { signer: log.signer, witness: log.witness })
    await other.batch(16)
    writeFileSync(at('older'), other.checkpoint)
    await other.add(other.batchOf([], 512, FIRST_PERIOD + 1))
    writeFileSync(at('fork'), other.checkpoint)
    writeFileSync(at('evidence'), formatEvidence({ older: log.checkpoint, newer: other.checkpoint, path: [] }))
  })

  /** The one file's own command line, in this process. */
  async function command(args: string[]): Promise<Ran> {
    const built = (await import(program)) as typeof import('./main.ts')
    const lines: string[] = []
    const code = await built.main(args, (line) => lines.push(line))
    return { code, out: lines.join('\n') }
  }

  it('ledger 40: the key of a log is pinned as its answer says', async () => {
    const { out } = await command(['log', url])
    const key = /KEY: (\S+)$/m.exec(out)?.[1]
    writeFileSync(at('pinned'), `log ${key}\nquorum none\n`)
    expect(await command(['log', url, '--policy', at('pinned')])).toMatchObject({ code: 0 })
    expect(await command(['log', url, '--policy', at('stranger')])).toMatchObject({ code: 1 })
  })

  it.each(cases)('ledger 40: %s', async (_, args, code, says) => {
    const ran = await command(args())
    expect(ran.out).toContain(says)
    expect(ran.code).toBe(code)
    if (code !== 2) expect(ran.out).toContain('What this cannot show:')
    const machine = await command([...args(), '--json'])
    expect(machine.code).toBe(code)
    expect(JSON.parse(machine.out)).toMatchObject({ v: 1, exit: code })
  })

  it('the server calls the same code, and it finds out what a file is', async () => {
    const policy = at('policy')
    const exits = []
    for (const name of ['receipt', 'opening', 'kept', 'evidence', 'log/actions']) {
      exits.push((await verifyTarget(at(name), { policy, key: readFileSync(at('key'), 'utf8') })).exit)
    }
    expect(exits).toEqual([0, 3, 3, 1, 0])
  })

  it('ledger 7: a runtime that can check no signature at all says so, exit 3', async () => {
    const io = { ...runtimeIo(), checks: { check: async () => 'unsupported' as const } }
    const { exit, lines } = await verifyTarget(at('receipt'), { policy: at('policy'), io })
    expect(lines.join('\n')).toContain(`not checked The signature of ${log.origin}`)
    expect(exit).toBe(3)
  })
})
