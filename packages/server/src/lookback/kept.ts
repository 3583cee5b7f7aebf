import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import type { HashWay } from '@lamplighter/api'
import type { StoredFile } from '../review/index.ts'
import type { BoundReading, SeenVideo } from '../signals/index.ts'

const pack = promisify(zstdCompress)
const unpack = promisify(zstdDecompress)

/** One hash of a file, and which way of seeing the file gave it; null for a digest. */
export interface FileHash {
  readonly value: string
  readonly way: Omit<HashWay, 'variant'> | null
}

/** What is kept of one file: what it is, its readings and its digests, and nothing that anybody could see in it. */
export interface KeptFile {
  readonly file: Omit<StoredFile, 'exhibit' | 'hits' | 'silenced'>
  readonly hashes: readonly FileHash[]
  /** The readings of the file, with those of the picture turned and mirrored. */
  readonly seen: SeenVideo
}

/** One event whose files are looked up again. */
export interface KeptItem {
  readonly connection: string
  readonly kind: string
  /** The platform's id. */
  readonly event: string
  readonly occurredAt: number
  readonly item: { readonly type: string; readonly id: string } | null
  readonly account: string | null
  readonly files: readonly KeptFile[]
  /** The versions of lists that it was judged by, or older ones: what they hold is not new to it. */
  readonly versions: Readonly<Record<string, number>>
}

/** The bytes of an item, to be sealed. */
export const packItem = (item: KeptItem): Promise<Uint8Array> => pack(JSON.stringify(item))

/** What `packItem` gave. */
export const unpackItem = async (bytes: Uint8Array): Promise<KeptItem> =>
  JSON.parse((await unpack(bytes)).toString('utf8')) as KeptItem

/** All readings of an item, as lists are asked about them. */
export const readingsOf = ({ files }: KeptItem): readonly BoundReading[] => files.flatMap(({ seen }) => seen.readings)

/** SHA-256 of the files that have a hash, by the hash; undefined in it where a file's is not known. */
export function filesByHash({ files }: KeptItem): ReadonlyMap<string, readonly (string | undefined)[]> {
  const pairs = files.flatMap(({ hashes, seen }) =>
    [...new Set(hashes.map(({ value }) => value))].map((value) => ({ value, file: seen.file })),
  )
  return new Map(
    [...Map.groupBy(pairs, ({ value }) => value)].map(([value, of]) => [value, of.map(({ file }) => file)]),
  )
}
