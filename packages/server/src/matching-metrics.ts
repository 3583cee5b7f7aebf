import type { Build, DecoderEvents, Restart } from './evidence/decoder/index.ts'
import { metrics } from './metrics.ts'
import type { LookupPath } from './signals/index.ts'

// What measuring and looking up cost, and what could not be measured (matching.md §11.4). No label holds a hash, an id or an address.

/** Media types by our own look at the bytes; any other is `other`. */
const types = [
  ...['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif', 'image/bmp', 'image/tiff', 'image/heic'],
  ...['video/mp4', 'video/quicktime', 'video/webm', 'video/x-matroska'],
]
const whys = ['late', 'broken', 'damaged', 'too_large', 'no_decoder', 'unsupported']
const builds: readonly Build[] = ['wasm', 'libvips', 'ffmpeg']
const restarts: readonly Restart[] = ['died', 'worked', 'aged', 'cpu']
const paths: readonly LookupPath[] = ['fresh', 'tables', 'flat']

/** A lookup takes some ten microseconds. */
const LOOKUP_SECONDS = [5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 1e-2, 5e-2]

const bytesTotal = metrics.counter({
  name: 'lamplighter_media_bytes_total',
  help: 'Bytes of files that were measured.',
})
const measuredTotal = metrics.counter({
  name: 'lamplighter_media_measured_total',
  help: 'Files that were measured: as a whole, or with something of them unknown.',
  labels: { type: types, result: ['known', 'unknown'] },
})
const unknownTotal = metrics.counter({
  name: 'lamplighter_media_unknown_total',
  help: 'Files of which something is unknown, by the reason.',
  labels: { why: whys },
})
const decodeSeconds = metrics.histogram({
  name: 'lamplighter_decode_seconds',
  help: 'Time to decode a file and to hash its pixels, waiting included, by the program that did it.',
  labels: { build: builds, format: types },
})
const restartsTotal = metrics.counter({
  name: 'lamplighter_decoder_restarts_total',
  help: 'Decoders that were replaced: one died, or had worked, lived or reckoned as long as it may.',
  labels: { why: restarts },
})
const lookupSeconds = metrics.histogram(
  {
    name: 'lamplighter_index_lookup_seconds',
    help: 'Time of one search of the index of picture hashes: among rows without tables alone, by tables, or where at least one segment was looked at row by row.',
    labels: { path: paths },
  },
  LOOKUP_SECONDS,
)

/** What the decoder tells of its work. */
export const decoderEvents: DecoderEvents = {
  onMeasured({ size, type, unknown }) {
    bytesTotal.add({}, size)
    measuredTotal.add({ type: type.seen, result: unknown.length === 0 ? 'known' : 'unknown' })
    for (const why of new Set(unknown.map((one) => one.why))) unknownTotal.add({ why })
  },
  onDecoded: (build, format, ms) => decodeSeconds.observe(ms / 1000, { build, format }),
  onRestart: (why) => restartsTotal.add({ why }),
}

/** One search of the index, for all lists. */
export const indexLookedUp = (path: LookupPath, ms: number): void => lookupSeconds.observe(ms / 1000, { path })
