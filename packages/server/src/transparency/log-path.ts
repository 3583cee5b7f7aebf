import { TILE_WIDTH } from '@lamplighter/ledger'

/** A file of a log by its address. */
export type LogPath =
  | { readonly kind: 'tile'; readonly level: number; readonly n: number; readonly width: number }
  | { readonly kind: 'bundle'; readonly n: number; readonly width: number }
  | { readonly kind: 'open'; readonly n: number; readonly width: number }

// 63 levels would hold more than 2^53 leaves; the number of a tile has at most six groups.
const FILE =
  /^(?:tile\/(?<level>\d|[1-5]\d|6[0-3])|(?<other>tile\/entries|open))\/(?<n>(?:x\d{3}\/){0,5}\d{3})(?:\.p\/(?<width>[1-9]\d{0,2}))?$/

/** Reads `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]` and `open/<N>[.p/<W>]` (C2SP tlog-tiles); undefined for anything else. */
export function parseLogPath(path: string): LogPath | undefined {
  const found = FILE.exec(path)?.groups
  if (found === undefined) return undefined
  const n = tileNumber(found.n ?? '')
  const width = found.width === undefined ? TILE_WIDTH : Number(found.width)
  if (n === undefined || (found.width !== undefined && width >= TILE_WIDTH)) return undefined
  if (found.level !== undefined) return { kind: 'tile', level: Number(found.level), n, width }
  return { kind: found.other === 'open' ? 'open' : 'bundle', n, width }
}

/** `x001/x234/067` is 1234067. A number has one spelling: no group of zeros in front. */
function tileNumber(text: string): number | undefined {
  if (text.startsWith('x000/')) return undefined
  const n = Number(text.replaceAll(/[x/]/g, ''))
  return Number.isSafeInteger(n * TILE_WIDTH) ? n : undefined
}
