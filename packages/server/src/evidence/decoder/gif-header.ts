import { type Header, HeaderError } from './header.ts'

const SCREEN = 13
const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b
const GRAPHIC_CONTROL = 0xf9

/**
 * Walks the blocks of a GIF (GIF89a specification, appendix A). Loops and delays are not asked for: they change no picture.
 *
 * @throws HeaderError the file ends before its first picture
 */
export function gifHeader(bytes: Uint8Array): Header {
  if (bytes.length < SCREEN) throw new HeaderError(`expected a GIF header of ${SCREEN} bytes, found ${bytes.length}`)
  let width = u16(bytes, 6)
  let height = u16(bytes, 8)
  let frames = 0
  let metadataBytes = 0
  let whole = false
  let at = SCREEN + tableBytes(bytes[10] ?? 0)
  while (at < bytes.length) {
    const block = bytes[at]
    if (block === TRAILER) {
      whole = frames > 0
      at += 1
      break
    }
    if (block === EXTENSION) {
      const end = endOfSubBlocks(bytes, at + 2)
      if (bytes[at + 1] !== GRAPHIC_CONTROL) metadataBytes += end - at
      at = end
    } else if (block === IMAGE && at + 10 <= bytes.length) {
      // Pictures may lie outside the screen that the file declares, and decoders make room for them.
      width = Math.max(width, u16(bytes, at + 1) + u16(bytes, at + 5))
      height = Math.max(height, u16(bytes, at + 3) + u16(bytes, at + 7))
      frames += 1
      at = endOfSubBlocks(bytes, at + 11 + tableBytes(bytes[at + 9] ?? 0))
    } else break
  }
  if (frames === 0) throw new HeaderError('expected a picture, found none')
  const end = whole ? at : bytes.length
  return { width, height, orientation: 1, end, frames, metadataBytes, whole, grey: false, scans: 1, needs: 'native' }
}

/** Colours of three bytes each, if the flags say that there is a table. */
const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1))

/** The place after a chain of sub-blocks, or the end of the file. */
function endOfSubBlocks(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length) {
    const length = bytes[at] ?? 0
    at += 1 + length
    if (length === 0) return at
  }
  return bytes.length
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}
