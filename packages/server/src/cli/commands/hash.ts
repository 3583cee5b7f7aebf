import { availableParallelism } from 'node:os'
import { type Decoder, LIMITS, startDecoder } from '../../evidence/decoder/index.ts'
import { measuredAnswer } from '../../signals/index.ts'
import type { Command } from '../command.ts'
import { type HashedFile, hashLines, isUnknown } from '../hash-lines.ts'
import { bytesOf, digestsOf, filesNamed, inOrder, type LocalFile } from '../local-files.ts'
import { startProgress } from '../progress.ts'

/** Each is held in memory whole. */
const AT_ONCE = Math.min(4, availableParallelism())

async function hashed(file: LocalFile, decoder: Decoder): Promise<HashedFile> {
  const unread = (part: 'bytes' | 'pixels', why: string, more = {}): HashedFile => ({
    file: file.name,
    facts: { ...more, readings: [], unknown: [{ part, why }], flags: [] },
  })
  if (file.missing !== undefined) return unread('bytes', file.missing)
  try {
    if (file.size > LIMITS.bytes) return unread('pixels', 'too_large', await digestsOf(file))
    const bytes = bytesOf(file)
    if ('missing' in bytes) return unread('bytes', bytes.missing)
    return { file: file.name, facts: measuredAnswer(await decoder.measure(bytes)) }
  } catch {
    // One file never keeps the others from being read.
    return unread('pixels', 'broken')
  }
}

export const commands: readonly Command[] = [
  {
    name: 'hash',
    summary:
      'Hashes pictures and videos on this machine; nothing is sent or stored. Of folders, all that lies in them.',
    example: 'lamplighter hash harbour.jpg pictures/',
    args: ['files...'],
    async run(io, { args }) {
      const files = filesNamed(io.folder, args)
      const { config } = io.config()
      const decoder = startDecoder({ native: config.decoderNative, prefer: config.decoderPrefer })
      const progress = startProgress(io, 'bytes hashed')
      const total = files.reduce((sum, { size }) => sum + size, 0)
      let done = 0
      try {
        const all = await inOrder(files, AT_ONCE, async (file) => {
          const one = await hashed(file, decoder)
          done += file.size
          progress.update(done, total)
          return one
        })
        progress.end()
        const unknown = all.filter(isUnknown).length
        io.result({ files: all.map(({ file, facts }) => ({ file, ...facts })), unknown }, hashLines(all))
        if (unknown > 0) io.err.write(`${unknown} of ${all.length} files unknown\n`)
        return unknown === 0 ? 0 : 1
      } finally {
        decoder.stop()
      }
    },
  },
]
