import type { HashMatch } from '@lamplighter/api'
import type { Messages } from '../messages/index.ts'

/** What is known of a match, part by part: how far, how the picture lies, which picture of the file. */
export function matchWords(t: Pick<Messages, 'match'>, { kind, distanceBits, way, weak, shares }: HashMatch): string[] {
  return [
    ...(weak ? [t.match.weak] : []),
    shares === undefined
      ? t.match.distance(kind.toUpperCase(), distanceBits)
      : t.match.shares(percent(shares.listed), percent(shares.query)),
    ...(way === null ? [] : wayWords(t, way)),
  ]
}

function wayWords({ match }: Pick<Messages, 'match'>, way: NonNullable<HashMatch['way']>): string[] {
  return [
    match.variant[way.variant],
    ...(way.of === null ? [] : [match.of[way.of]]),
    ...(way.ground === null ? [] : [match.ground[way.ground]]),
    ...(way.frame === null ? [] : [frameWords(match, way.frame + 1, way.atMs)]),
  ]
}

// Rounded down: "100 %" says that nothing is missing.
const percent = (share: number): number => Math.floor(share * 100)

const frameWords = (match: Messages['match'], number: number, atMs: number | null): string =>
  atMs === null ? match.frame(number) : match.at(clockOf(atMs), number)

/** `66_000` → `1:06`, as players show it. */
function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}
