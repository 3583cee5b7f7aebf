import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { UsageError } from './io.ts'

/** A file that was named, or that lies in a folder that was. */
export interface LocalFile {
  /** As it is shown: relative to where the command runs, if it lies there. */
  readonly name: string
  readonly path: string
  readonly size: number
  /** Why it cannot be read; a code of the system, such as ENOENT. */
  readonly missing?: string
}

/**
 * Files of a command line in its order; of folders all that lie in them, by name. What is not read is in it with its reason, never left out:
 * pipes and devices, which may never end, and links to folders, which may go round in a ring.
 *
 * @throws UsageError there is nothing in the folders
 */
export function filesNamed(folder: string, named: readonly string[]): readonly LocalFile[] {
  const files = named.flatMap((one) => under(folder, resolve(folder, one), one))
  if (files.length === 0) throw new UsageError(`there is no file in ${named.join(', ')}; look at the path`)
  return files
}

function under(folder: string, path: string, shown: string, isLink = false): readonly LocalFile[] {
  try {
    const facts = statSync(path)
    if (facts.isFile()) return [{ name: shown, path, size: facts.size }]
    if (!facts.isDirectory()) return [{ name: shown, path, size: 0, missing: 'no_file' }]
    if (isLink) return [{ name: shown, path, size: 0, missing: 'link' }]
    return readdirSync(path, { withFileTypes: true })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const inside = join(path, entry.name)
        const near = relative(folder, inside)
        return under(folder, inside, near.startsWith('..') ? inside : near, entry.isSymbolicLink())
      })
  } catch (error) {
    return [{ name: shown, path, size: 0, missing: codeOf(error) }]
  }
}

/** A name as it may stand on a terminal: whoever named the file must not draw lines of their own there. */
export const shownName = (name: string): string =>
  name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)

/** The bytes, or why they cannot be read. */
export function bytesOf({ path }: LocalFile): Uint8Array | { readonly missing: string } {
  try {
    return readFileSync(path)
  } catch (error) {
    return { missing: codeOf(error) }
  }
}

/** Digests of a file that is too large to be held in memory. @throws Error what the system says of it */
export async function digestsOf({ path }: LocalFile): Promise<{ sha256: string; sha1: string; md5: string }> {
  const [sha256, sha1, md5] = ['sha256', 'sha1', 'md5'].map((name) => createHash(name))
  for await (const piece of createReadStream(path)) for (const hash of [sha256, sha1, md5]) hash?.update(piece)
  const hex = (hash = createHash('md5')) => hash.digest('hex')
  return { sha256: hex(sha256), sha1: hex(sha1), md5: hex(md5) }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unreadable'

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; look at the path',
  ENOTDIR: 'there is no such file; look at the path',
  EACCES: 'this account may not read it; look at its owner and mode',
  EPERM: 'this account may not read it; look at its owner and mode',
  no_file: 'it is a pipe, a socket or a device; give a file',
  link: 'links to folders are not followed; give the folder itself',
  ELOOP: 'it is a link that leads nowhere; look at the path',
  EISDIR: 'it is a folder; give its files, or the folder itself',
  overloaded: 'the server had no time for it; run the command again for this file',
  unreachable: 'the server went away; look at whether it runs, then run the command again for this file',
  EIO: 'the disk does not give it; look at the disk',
}

/** What a person is told of a reason, and what to do; a reason that is no code of the system stays as it is. */
export const whyWords = (why: string): string =>
  WORDS[why] ?? (/^E[A-Z0-9]+$/.test(why) ? `it cannot be read (${why})` : why)

/** Does `work` for all of them, so many at once, and gives what came of it in their order. */
export async function inOrder<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at]
      if (item !== undefined) done[at] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane))
  return done
}
