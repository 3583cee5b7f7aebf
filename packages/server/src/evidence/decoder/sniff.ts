/**
 * The type of a file by our own look at its first bytes; names and claims are not asked. `application/octet-stream` is
 * "something else". It says what a file begins like, not that it is sound.
 */
export function sniff(bytes: Uint8Array): string {
  for (const [type, at, magic] of MAGIC) if (hasAt(bytes, at, magic)) return type
  return isoMedia(bytes) ?? riff(bytes) ?? markup(bytes) ?? plainText(bytes) ?? 'application/octet-stream'
}

/**
 * Whether a file may show something. One byte before a JPEG, or a format that we do not know, and it begins like no picture, while another program still
 * shows it; a document and an archive hold pictures that nobody looks at here. None are sound and plain text, by our own look; a claim
 * makes something of them, and never nothing of what we do not know.
 *
 * @param seen by `sniff`
 */
export function mayShow(seen: string, claims: readonly (string | null | undefined)[]): boolean {
  const isShown = (type: string | null | undefined): boolean => /^(image|video)\//i.test(type ?? '')
  return claims.some(isShown) || !(seen.startsWith('audio/') || seen === 'text/plain')
}

const MAGIC: readonly (readonly [type: string, at: number, magic: string])[] = [
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/gif', 0, 'GIF87a'],
  ['image/gif', 0, 'GIF89a'],
  ['image/tiff', 0, 'II*\0'],
  ['image/tiff', 0, 'MM\0*'],
  ['image/tiff', 0, 'II+\0'],
  ['image/tiff', 0, 'MM\0+'],
  ['image/bmp', 0, 'BM'],
  ['video/webm', 0, '\x1aE\xdf\xa3'],
  ['video/ogg', 0, 'OggS'],
  ['video/x-flv', 0, 'FLV\x01'],
  ['video/mpeg', 0, '\0\0\x01\xba'],
  ['video/mpeg', 0, '\0\0\x01\xb3'],
  ['audio/mpeg', 0, 'ID3'],
  ['audio/flac', 0, 'fLaC'],
  ['application/pdf', 0, '%PDF-'],
  ['application/zip', 0, 'PK\x03\x04'],
  ['application/gzip', 0, '\x1f\x8b\x08'],
  ['application/x-7z-compressed', 0, "7z\xbc\xaf'\x1c"],
  ['application/vnd.rar', 0, 'Rar!\x1a\x07'],
  ['application/x-executable', 0, '\x7fELF'],
  ['application/x-executable', 0, 'MZ'],
]

const BRANDS: readonly (readonly [type: string, brands: readonly string[]])[] = [
  ['image/avif', ['avif', 'avis']],
  ['image/heic', ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']],
  ['video/quicktime', ['qt  ']],
  ['audio/mp4', ['M4A ', 'M4B ']],
]

function isoMedia(bytes: Uint8Array): string | undefined {
  if (!hasAt(bytes, 4, 'ftyp')) return undefined
  return BRANDS.find(([, brands]) => brands.some((brand) => hasAt(bytes, 8, brand)))?.[0] ?? 'video/mp4'
}

function riff(bytes: Uint8Array): string | undefined {
  if (!hasAt(bytes, 0, 'RIFF')) return undefined
  if (hasAt(bytes, 8, 'WEBP')) return 'image/webp'
  if (hasAt(bytes, 8, 'AVI ')) return 'video/x-msvideo'
  return hasAt(bytes, 8, 'WAVE') ? 'audio/wav' : undefined
}

/** Markup and plain text, seen in the first kilobyte after blanks and a byte-order mark. */
function markup(bytes: Uint8Array): string | undefined {
  const head = latin1(bytes.subarray(0, 1024))
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase()
  if (head.startsWith('<svg') || (head.startsWith('<?xml') && head.includes('<svg'))) return 'image/svg+xml'
  if (head.startsWith('<!doctype html') || head.startsWith('<html') || head.includes('<script')) return 'text/html'
  if (head.startsWith('<?xml')) return 'text/xml'
  return undefined
}

/** What stands in no text: all that controls, but for tabs, ends of lines and of pages. */
const CONTROL = /(?![\t\n\f\r])\p{Cc}/u

function plainText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined
  try {
    // The last character may be cut.
    const head = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, 1024), {
      stream: bytes.length > 1024,
    })
    return CONTROL.test(head) ? undefined : 'text/plain'
  } catch {
    return undefined
  }
}

/** Whether the bytes at a place read like this Latin-1 text. */
export function hasAt(bytes: Uint8Array, at: number, text: string): boolean {
  if (at < 0 || at + text.length > bytes.length) return false
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}

/** Bytes as text, one character each. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
