const ORIENTATION = 0x0112
const SHORT = 3

/**
 * The orientation tag of a TIFF-shaped EXIF block (EXIF 2.32 §4.6.4), 1 to 8. Only the first directory is read, nothing
 * is followed, and whatever does not fit counts as 1: viewers do the same.
 */
export function orientationOf(exif: Uint8Array): number {
  if (exif.length < 14) return 1
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength)
  const order = view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return 1
  const little = order === 0x4949
  if (view.getUint16(2, little) !== 42) return 1
  const directory = view.getUint32(4, little)
  if (directory + 2 > exif.length) return 1
  const entries = view.getUint16(directory, little)
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + 12 * entry
    if (at + 12 > exif.length) return 1
    if (view.getUint16(at, little) !== ORIENTATION) continue
    const value = view.getUint16(at + 2, little) === SHORT ? view.getUint16(at + 8, little) : 1
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}
