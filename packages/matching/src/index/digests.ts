/** Told apart by their length. */
export type DigestKind = 'sha256' | 'sha1' | 'md5'

/** Lower-case hex of 64, 40 or 32 digits. */
export type Digest = string & { readonly __digest: true }

const KIND_OF: Readonly<Record<number, DigestKind>> = { 64: 'sha256', 40: 'sha1', 32: 'md5' }

/** Reads a digest from outside; upper case is lowered, everything else is refused. */
export function parseDigest(text: string): Digest | undefined {
  return /^[0-9a-fA-F]+$/.test(text) && text.length in KIND_OF ? (text.toLowerCase() as Digest) : undefined
}

export function kindOfDigest(digest: Digest): DigestKind {
  return KIND_OF[digest.length] ?? 'sha256'
}

/**
 * Whether a hit by this kind alone is weak: collisions of MD5 and SHA-1 can be made on purpose, so a person is told, and
 * nothing is referred that nobody looked at (matching.md §7).
 */
export function isWeak(kind: DigestKind): boolean {
  return kind !== 'sha256'
}

/** Digests of no bytes at all: of RFC 1321, FIPS 180-4. */
const OF_NOTHING: ReadonlySet<string> = new Set([
  'd41d8cd98f00b204e9800998ecf8427e',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
])

/** Whether it is the digest of the empty file: on a list it would say of every upload that broke off what the list says. */
export const isOfNothing = (digest: Digest): boolean => OF_NOTHING.has(digest)
