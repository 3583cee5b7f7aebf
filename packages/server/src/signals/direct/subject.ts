import type { HashAnswer, MatchBody } from '@lamplighter/api'
import { kindOfDigest, MOST_FRAMES, parseDigest, parsePdq } from '@lamplighter/matching'
import { type Measurement, mayShow } from '../../evidence/decoder/index.ts'
import type { Fault } from '../../http/errors.ts'
import { refusalOf } from '../../http/input.ts'
import { parseFrames } from '../videos/frames.ts'
import type { Subject } from './ask.ts'

type SentHash = MatchBody['hashes'][number]

const DIGITS = { pdq: 64, sha256: 64, sha1: 40, md5: 32 } as const

/** One subject for each hash. Upper case is lowered, all else that is no hash is refused. @throws AppError `bad_hash` with each place */
export function subjectsOf(hashes: readonly SentHash[]): Subject[] {
  const read = hashes.map((hash, at) => subjectOf(hash, `/hashes/${at}`))
  const faults = read.flatMap((one) => ('pointer' in one ? [one] : []))
  if (faults.length > 0) throw refusalOf('body', faults.slice(0, 20))
  return read.flatMap((one) => ('pointer' in one ? [] : [one]))
}

function subjectOf({ kind, value, quality }: SentHash, place: string): Subject | Fault {
  const fault = (pointer: string, detail: string): Fault => ({
    code: 'bad_hash',
    pointer: `${place}/${pointer}`,
    detail,
  })
  if (kind === 'vpdq') {
    const frames = parseFrames(value)
    if ('why' in frames) return fault('value', frames.why)
    if (frames.length > MOST_FRAMES) return fault('value', `expected at most ${MOST_FRAMES} frames, evenly spread`)
    const readings = frames.map((frame) => ({ ...frame, variants: [] }))
    return { readings, digests: new Map(), visual: true, frames: 'moving' }
  }
  if (kind !== 'pdq') {
    const digest = parseDigest(value)
    if (digest === undefined || kindOfDigest(digest) !== kind) {
      return fault('value', `expected ${DIGITS[kind]} hex digits`)
    }
    return { readings: [], digests: new Map([[kind, digest]]), visual: false }
  }
  const pdq = parsePdq(value)
  if (pdq === undefined) return fault('value', 'expected 64 hex digits with 16 to 240 of the 256 bits set')
  if (quality === undefined || !(quality >= 0 && quality <= 100))
    return fault('quality', 'expected a quality from 0 to 100')
  // What is turned or mirrored cannot be told from a hash: it takes the picture.
  return { readings: [{ pdq, quality, variants: [] }], digests: new Map(), visual: true }
}

/** All that is known of a measured file. */
export function subjectOfFile(facts: Measurement): Subject {
  const gap = facts.unknown.find(({ part }) => part !== 'bytes')?.why
  const visual = mayShow(facts.type.seen, [facts.type.claimed])
  return {
    // A picture that is one grey has a hash that is none, and is near no entry (matching.md §6.3).
    readings: facts.readings.filter(({ pdq }) => parsePdq(pdq) !== undefined),
    digests: new Map([
      ['sha256', facts.sha256],
      ['sha1', facts.sha1],
      ['md5', facts.md5],
    ]),
    file: facts.sha256,
    visual,
    ...(visual && { frames: doesMove(facts) ? ('moving' as const) : ('still' as const) }),
    ...(gap !== undefined && { gap }),
  }
}

const doesMove = ({ type, frames = 1 }: Measurement): boolean => type.seen.startsWith('video/') || frames > 1

/** A measurement as callers see it: what was turned or mirrored is nobody's but the lists'. */
export function answerOf(facts: Measurement): HashAnswer {
  const { sha256, md5, sha1, type, width, height, frames, durationMs, kernel } = facts
  return {
    sha256,
    md5,
    sha1,
    type: type.seen,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(frames !== undefined && { frames }),
    ...(durationMs !== undefined && { durationMs }),
    readings: facts.readings.map(({ variants: _, ...reading }) => reading),
    unknown: facts.unknown.map((one) => ({ ...one })),
    flags: [...facts.flags],
    kernel,
  }
}
