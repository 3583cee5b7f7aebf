import type { LogSource } from '../src/audit.ts'
import type { Bytes } from '../src/bytes.ts'
import { LedgerError } from '../src/errors.ts'
import { parseVerifierKey, type VerifierKey } from '../src/keys.ts'
import { bundleOf, bundlePath, entriesOf, openPath, TILE_WIDTH, tilePath } from '../src/tiles.ts'
import { jsonOrUndefined } from '../src/values.ts'
import { textFrom, type VerifierIo } from './io.ts'

/** A log behind an address or in a folder, laid out as in C2SP tlog-tiles, and the list of its platform's keys. */
export interface FoundLog {
  readonly place: string
  readonly source: LogSource
  /** What `keys.json` beside the log says: the log's own word. */
  keys(): Promise<VerifierKey[]>
}

/** Finds a log at `https://host/log/actions`, at `https://host`, or in a folder (also as a `file:` address). */
export function findLog(target: string, io: VerifierIo): FoundLog {
  const place = placeOf(target)
  const read = /^https?:/.test(place) ? io.get : io.readFile
  const beside = place.slice(0, place.lastIndexOf('/') + 1)
  return {
    place,
    source: sourceOf((path) => read(`${place}/${path}`)),
    async keys() {
      const bytes = (await read(`${beside}keys.json`)) ?? (await read(`${place}/keys.json`))
      return bytes === null ? [] : keysOf(jsonOrUndefined(textFrom(bytes)))
    },
  }
}

function placeOf(target: string): string {
  const plain = target.replace(/\/+$/, '')
  if (plain.startsWith('file:')) return decodeURIComponent(new URL(plain).pathname)
  if (/^https?:\/\/[^/]+$/.test(plain)) return `${plain}/log/actions`
  return /^https?:\/\/[^/]+\/log$/.test(plain) ? `${plain}/actions` : plain
}

/** `{keys: [{vkey, …}]}`; a key of a type that we do not know is passed over. */
function keysOf(json: unknown): VerifierKey[] {
  const { keys } = (json ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys)) return []
  return keys.flatMap((row: { vkey?: unknown } | null) => {
    try {
      return typeof row?.vkey === 'string' ? [parseVerifierKey(row.vkey)] : []
    } catch {
      return []
    }
  })
}

/** @param read a file below the log's address, or null */
function sourceOf(read: (path: string) => Promise<Bytes | null>): LogSource {
  async function wide(path: (width: number) => string, width: number, cut: (full: Bytes) => Bytes): Promise<Bytes> {
    const found = await read(path(width))
    if (found !== null) return found
    // A log may drop a partial file once the full one exists.
    const full = width < TILE_WIDTH ? await read(path(TILE_WIDTH)) : null
    if (full === null) throw new LedgerError('missing_tile', path(width))
    return cut(full)
  }
  return {
    async checkpoint() {
      const found = await read('checkpoint')
      if (found === null) throw new LedgerError('missing_tile', 'there is no checkpoint')
      return textFrom(found)
    },
    tile: (level, n, width) =>
      wide(
        (w) => tilePath(level, n, w),
        width,
        (full) => full.subarray(0, width * 32),
      ),
    bundle: (n, width) =>
      wide(
        (w) => bundlePath(n, w),
        width,
        (full) => bundleOf(entriesOf(full, TILE_WIDTH).slice(0, width)),
      ),
    async openings(n, width) {
      const found = (await read(openPath(n, width))) ?? (await read(openPath(n, TILE_WIDTH)))
      return found === null ? null : jsonOrUndefined(textFrom(found))
    },
  }
}
