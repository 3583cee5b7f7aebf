/** What a second reader of the file might take it for. Text marks of five characters and more do not occur by chance. */
const MARKS = [
  '<script',
  '<html',
  '<!doctype html',
  '<svg',
  '<?php',
  '<?xml',
  '%pdf-',
  'mz\x90\0\x03',
  '\x7felf\x02\x01',
]
const ARCHIVES = ['PK\x03\x04', "7z\xbc\xaf'\x1c", 'Rar!\x1a\x07', '\x1f\x8b\x08']
const ZIP_END = 'PK\x05\x06'
/** PDF readers look for their mark in the first kilobyte, ZIP readers in the last 64 KiB; markup is sniffed at the front. */
const FRONT = 64 * 1024
const BACK = 64 * 1024 + 22

/**
 * Whether a picture could be read as another format too: markup or a document in its head or metadata, an archive or a
 * program behind it (security.md §7, polyglots). A fact, no verdict.
 *
 * @param end the place after the picture's last byte
 */
export function hasSecondFormat(bytes: Uint8Array, end: number): boolean {
  const front = lowered(bytes.subarray(0, FRONT))
  const behind = bytes.subarray(end)
  const back = lowered(bytes.subarray(Math.max(0, bytes.length - BACK)))
  const last = Buffer.from(bytes.subarray(Math.max(0, bytes.length - BACK)))
  if (MARKS.some((mark) => front.includes(mark) || back.includes(mark))) return true
  return last.includes(ZIP_END, 0, 'latin1') || startsArchive(behind)
}

function startsArchive(behind: Uint8Array): boolean {
  const head = Buffer.from(behind.subarray(0, 1024))
  return ARCHIVES.some((mark) => head.includes(mark, 0, 'latin1'))
}

function lowered(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').toLowerCase()
}
