import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A file that is too large to be held in memory. Its bytes are read as often as it takes, from the first one on. */
export interface LargeFile {
  bytes(): AsyncIterable<Uint8Array>
}

/** Makes the folder in which large files lie without a name, and takes out what a process left that was killed before it took the name away. */
export async function emptyFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
  return folder
}

/** Where a file says what it is, and where a second format is looked for: as much of its front and of its back. */
const EDGE = 128 * 1024

/** Its first bytes. */
export async function headOf(file: LargeFile): Promise<Uint8Array> {
  for await (const piece of file.bytes()) return piece
  return new Uint8Array()
}

/** What one reading of a large file tells. */
export interface LargeFacts {
  readonly size: number
  readonly sha256: string
  readonly sha1: string
  readonly md5: string
  /** Its first and its last bytes, without what lies between. */
  readonly edges: Uint8Array
}

export async function readLarge(file: LargeFile): Promise<LargeFacts> {
  const [sha256, sha1, md5] = [createHash('sha256'), createHash('sha1'), createHash('md5')]
  let size = 0
  let front = Buffer.alloc(0)
  let back = Buffer.alloc(0)
  for await (const piece of file.bytes()) {
    for (const hash of [sha256, sha1, md5]) hash.update(piece)
    size += piece.length
    const left = piece.subarray(Math.max(0, EDGE - front.length))
    if (front.length < EDGE) front = Buffer.concat([front, piece.subarray(0, EDGE - front.length)])
    if (left.length > 0) back = Buffer.concat([back, left.subarray(-EDGE)]).subarray(-EDGE)
  }
  const [a, b, c] = [sha256, sha1, md5].map((hash) => hash.digest('hex'))
  return { size, sha256: a ?? '', sha1: b ?? '', md5: c ?? '', edges: Buffer.concat([front, back]) }
}
