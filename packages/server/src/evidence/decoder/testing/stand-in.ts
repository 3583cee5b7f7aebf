/**
 * A decoder that misbehaves as the bytes it is given say. It greets properly, so that the walls are raised around it.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { FrameReader, framePieces } from '../frames.ts'

const EMPTY = new Uint8Array()
const upkeep = { cpuMs: 1, tired: false }
const seen = {
  type: 'text/plain',
  readings: [],
  unknown: [{ part: 'pixels', why: 'unsupported' }],
  flags: [],
}

const say = (head: object, body: Uint8Array = EMPTY) => {
  for (const piece of framePieces({ ...upkeep, ...head }, body)) process.stdout.write(piece)
}

const lengths = (head: number, body: number) => {
  const front = Buffer.alloc(8)
  front.writeUInt32LE(head, 0)
  front.writeUInt32LE(body, 4)
  process.stdout.write(front)
}

const succeeds = (act: () => unknown): number => {
  try {
    act()
    return 1
  } catch {
    return 0
  }
}

/** 1 if a connection fails because the machine is not there, not because nobody answers: 0 behind the wall. */
const reaches = (host: string) =>
  new Promise<number>((done) => {
    const socket = connect(9, host)
    socket.on('connect', () => done(1))
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED' ? 1 : 0))
    setTimeout(() => done(0), 500)
  })

/** A bit for each thing that is let through. */
async function tried(): Promise<number> {
  const acts = [
    () => readFileSync('/etc/passwd'),
    () => writeFileSync('/tmp/lamplighter-stand-in', 'x'),
    () => {
      if (spawnSync('/bin/true').error !== undefined) throw new Error('refused')
    },
    () => new Worker('1', { eval: true }),
    () => {
      if (Object.keys(process.env).length === 0) throw new Error('no environment')
    },
    () => {
      if (process.getuid?.() === 0) return
      throw new Error('not root')
    },
  ]
  const bits = acts.reduce((sum, act, at) => sum + (succeeds(act) << at), 0)
  return bits + ((await reaches('127.0.0.1')) << acts.length)
}

/** What a job before has done to this process: the next one ends it. */
let harmed = false

const misdeeds: Readonly<Record<string, (id: number) => unknown>> = {
  honest: (id) => say({ id, ok: true, seen }),
  'head too long': () => lengths(1_000_000_000, 0),
  'body too long': () => lengths(10, 4_000_000_000),
  'body unasked': (id) => say({ id, ok: true, seen }, new Uint8Array(10)),
  'bytes beyond': (id) => {
    const pieces = framePieces({ ...upkeep, id, ok: true, seen }, EMPTY)
    process.stdout.write(Buffer.concat([...pieces, Buffer.from('more')]))
  },
  'leaves harm behind': (id) => {
    say({ id, ok: true, seen })
    harmed = true
  },
  'speaks unasked': (id) => {
    say({ id, ok: true, seen })
    setTimeout(() => process.stdout.write('and another thing'), 20)
  },
  'no json': () => {
    lengths(4, 0)
    process.stdout.write('{{{{')
  },
  'cut short': () => {
    lengths(100, 0)
    process.stdout.write('{')
    setTimeout(() => process.exit(0), 50)
  },
  'wrong id': (id) => say({ id: id + 1, ok: true, seen }),
  'nothing seen': (id) => say({ id, ok: true, seen: { ...seen, unknown: [] } }),
  'another type': (id) => say({ id, ok: true, seen: { ...seen, type: 'image/png' } }),
  'extra field': (id) => say({ id, ok: true, seen: { ...seen, note: 'hello' } }),
  'bad hash': (id) => {
    const reading = { pdq: 'x', quality: 100, profile: 'full', of: 'stored', variants: [] }
    say({ id, ok: true, seen: { ...seen, readings: [reading] } })
  },
  'wrong why': (id) => say({ id, ok: false, why: 'no_match' }),
  exits: () => process.exit(0),
  silent: () => undefined,
  loops: () => {
    for (;;) Math.random()
  },
  'takes memory': (id) => {
    const held: Buffer[] = []
    for (let taken = 0; taken < 10; taken += 1) held.push(Buffer.alloc(1024 ** 3, 1))
    say({ id, ok: true, seen: { ...seen, width: held.length, height: 10 } })
  },
  tries: async (id) => say({ id, ok: true, seen: { ...seen, width: await tried(), height: 1 } }),
  'metadata in a rendition': (id) => {
    const comment = Buffer.from('\xff\xd8\xff\xfe\x00\x08secret\xff\xd9', 'latin1')
    say({ id, ok: true, width: 8, height: 8 }, comment)
  },
}

const reader = new FrameReader({ headBytes: 4096, bodyBytes: 1024 })
for await (const piece of process.stdin) {
  const frame = reader.push(piece)
  if (frame === undefined) continue
  const { id, job } = frame.head as { id: number; job: string }
  if (job === 'hello') say({ id, ok: true, walls: { permission: true, secrets: true } })
  else if (harmed) process.exit(0)
  else await misdeeds[Buffer.from(frame.body).toString()]?.(id)
}
