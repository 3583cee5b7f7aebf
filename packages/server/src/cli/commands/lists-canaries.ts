import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { addCanary, getCanaries, removeCanary } from '@lamplighter/api'
import type { z } from 'zod'
import { LIMITS } from '../../evidence/decoder/index.ts'
import { type Call, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { type Io, UsageError } from '../io.ts'
import { FileBody } from '../operator.ts'

type Added = z.infer<typeof addCanary.answer> & { readonly file: string }

/** The bytes of a picture. @throws UsageError */
function bytesAt(io: Io, file: string): Buffer<ArrayBuffer> {
  const path = resolve(io.folder, file)
  if (!existsSync(path) || !statSync(path).isFile())
    throw new UsageError(`${path} cannot be read; give the path of a picture`)
  if (statSync(path).size > LIMITS.bytes)
    throw new UsageError(`${path} is larger than ${LIMITS.bytes / 2 ** 20} MiB, the most that a picture may have`)
  return readFileSync(path)
}

async function added(call: Call, file: string, bytes: Buffer<ArrayBuffer>): Promise<Added> {
  const name = encodeURIComponent(basename(file).slice(0, 100))
  const answer = await call('POST', `/v1/canaries?name=${name}`, new FileBody('application/octet-stream', bytes))
  return { file, ...addCanary.answer.parse(answer) }
}

function linesOf({ file, id, isNew, hits, unknown }: Added): string[] {
  const hit = hits.map(({ list, entry }) =>
    entry === null ? `  hits the sealed list ${list}` : `  hits ${list}, entry ${entry}`,
  )
  return [
    `${file} is ${isNew ? 'added as' : 'there already as'} ${id}`,
    ...hit,
    ...unknown.map((list) => `  ${list} could not be asked`),
  ]
}

export const commands: readonly Command[] = [
  {
    name: 'lists canaries add',
    summary:
      'Adds harmless pictures of your own (logos, stickers, default avatars) that no version of a list may hit. They are measured and forgotten. Says which lists hit them now.',
    example: 'lamplighter lists canaries add logo.png avatar.png',
    args: ['files...'],
    async run(io, { args }) {
      // All are read before the first one is sent.
      const files = args.map((file) => ({ file, bytes: bytesAt(io, file) }))
      const all = await withApi(io, async (call) => {
        const done: Added[] = []
        for (const { file, bytes } of files) done.push(await added(call, file, bytes))
        return done
      })
      const waits =
        'lists that are not sealed are looked up against them; for sealed lists a person agrees (POST /v1/canaries/{id}/approvals)'
      io.result({ items: all }, [...all.flatMap(linesOf), waits])
      return 0
    },
  },
  {
    name: 'lists canaries list',
    summary: 'Lists your own harmless pictures by name.',
    example: 'lamplighter lists canaries list',
    async run(io) {
      const answer = getCanaries.answer.parse(await withApi(io, (call) => call('GET', '/v1/canaries')))
      const lines = answer.items.map(
        ({ id, name, by, second }) =>
          `${id}  ${name}  by ${by}, ${second === null ? 'not for sealed lists yet' : `for sealed lists, too: ${second}`}`,
      )
      io.result(answer, lines.length === 0 ? ['there are none; add some with lists canaries add'] : lines)
      return 0
    },
  },
  {
    name: 'lists canaries remove',
    summary: 'Takes one of your own harmless pictures out again.',
    example: 'lamplighter lists canaries remove canary_01 --reason "an old logo"',
    args: ['id'],
    options: { reason: { help: 'why: no name, no content', value: 'reason' } },
    async run(io, given) {
      const [id = ''] = given.args
      const reason = given.value('reason')
      if (reason === undefined) throw new UsageError('lists canaries remove needs --reason')
      const answer = removeCanary.answer.parse(
        await withApi(io, (call) => call('DELETE', `/v1/canaries/${encodeURIComponent(id)}`, { reason })),
      )
      io.result(answer, [`${id} is taken out; what it has put aside stays aside`])
      return 0
    },
  },
]
