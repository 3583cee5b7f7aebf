import type { HashAnswer } from '@lamplighter/api'
import { framesToCompare, parsePdq } from '@lamplighter/matching'
import { shownName, whyWords } from './local-files.ts'

/** What is known of one file of this machine. Without facts it could not be read. */
export interface HashedFile {
  readonly file: string
  readonly facts: HashAnswer
}

/** One line for each file, in columns (matching.md §11.3). */
export function hashLines(files: readonly HashedFile[]): string[] {
  const rows = files.map(({ file, facts }) => [shownName(file), typeOf(facts), digestOf(facts), pictureOf(facts)])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Whether anything about the file is not known. */
export const isUnknown = ({ facts }: HashedFile): boolean => facts.unknown.length > 0

const isVideo = ({ type = '' }: HashAnswer): boolean => type.startsWith('video/')

function typeOf(facts: HashAnswer): string {
  const { type, width, height, durationMs } = facts
  if (type === undefined) return ''
  const size = width === undefined || height === undefined ? '' : ` ${width}x${height}`
  return `${type}${durationMs === undefined ? size : ` ${(durationMs / 1000).toFixed(1)} s`}`
}

function digestOf(facts: HashAnswer): string {
  const [name, value] = isVideo(facts) ? ['md5', facts.md5] : ['sha256', facts.sha256]
  return value === undefined ? '' : `${name} ${value.slice(0, 4)}…`
}

function pictureOf(facts: HashAnswer): string {
  const why = [...new Set(facts.unknown.map((one) => whyWords(one.why)))].join(', ')
  const seen = facts.readings.length === 0 ? '' : readingsOf(facts)
  if (facts.unknown.length === 0) return seen === '' ? 'pdq none' : seen
  if (facts.unknown.every(({ part }) => part === 'bytes')) return `not read: ${why}`
  if (seen === '') return `pdq unknown: ${why}`
  const tolerant = facts.unknown.some((one) => one.why === 'damaged') ? 'tolerant reading' : 'known of it'
  return `pdq unknown: ${why} (${tolerant} ${seen.replace(/^pdq /, '')})`
}

function readingsOf(facts: HashAnswer): string {
  const { readings, frames = 1 } = facts
  if (isVideo(facts)) {
    const shown = readings.flatMap(({ pdq, quality }) => {
      const parsed = parsePdq(pdq)
      return parsed === undefined ? [] : [{ pdq: parsed, quality }]
    })
    return `${frames} frames, ${framesToCompare(shown).length} kept`
  }
  if (frames > 1) return `${frames} frames, ${readings.length} readings`
  const each = readings.map(({ pdq, profile, of, ground }) => {
    const how = [profile, ...(of === 'shown' ? ['upright'] : []), ...(ground === undefined ? [] : [`on ${ground}`])]
    return `${pdq.slice(0, 8)}…${pdq.slice(-4)} (${how.join(', ').replace('on dropped', 'no ground')})`
  })
  const quality = readings.map((one) => one.quality)
  const [least, most] = [Math.min(...quality), Math.max(...quality)]
  return `pdq ${each.join(' ')}  quality ${least === most ? least : `${least}–${most}`}`
}
