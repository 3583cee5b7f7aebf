import type { Pdq } from '@lamplighter/matching'
import { z } from 'zod'
import { LIMITS, STEP_SIDE } from './limits.ts'
import { plainJpegSize } from './plain-jpeg.ts'
import { FLAGS, type Reading, type Seen, type Step, type Why } from './types.ts'

/**
 * What the decoder may answer. It has looked into hostile files and may have been taken over by one: nothing of it is
 * believed that does not have exactly this shape.
 */
const WHYS = ['late', 'broken', 'damaged', 'too_large', 'no_decoder', 'unsupported'] as const satisfies readonly Why[]

const pdq = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as Pdq)

const reading = z.strictObject({
  pdq,
  quality: z.int().min(0).max(100),
  profile: z.enum(['full', 'n512']),
  of: z.enum(['stored', 'shown']),
  ground: z.enum(['dropped', 'white', 'black']).exactOptional(),
  variants: z.array(pdq).length(8),
  frame: z.int().min(0).max(LIMITS.frames).exactOptional(),
})

const u32 = z.int().min(0).max(0xffffffff)
/** 60 pictures on two grounds, as stored and as shown. */
const MOST_READINGS = 240

const seen = z.strictObject({
  type: z.string().max(60),
  width: u32.exactOptional(),
  height: u32.exactOptional(),
  frames: u32.exactOptional(),
  orientation: z.int().min(1).max(8).exactOptional(),
  readings: z.array(reading).max(MOST_READINGS),
  unknown: z.array(z.strictObject({ part: z.enum(['bytes', 'pixels', 'frames']), why: z.enum(WHYS) })).max(3),
  flags: z.array(z.enum(FLAGS)).max(FLAGS.length),
})

const upkeep = { id: z.int(), cpuMs: z.number().min(0), tired: z.boolean() }
const failed = z.strictObject({ ...upkeep, ok: z.literal(false), why: z.enum(WHYS) })

const hello = z.strictObject({
  ...upkeep,
  ok: z.literal(true),
  walls: z.strictObject({ permission: z.boolean(), secrets: z.boolean() }),
})
const measured = z.union([failed, z.strictObject({ ...upkeep, ok: z.literal(true), seen })])
const rendered = z.union([failed, z.strictObject({ ...upkeep, ok: z.literal(true), width: u32, height: u32 })])

const upkeepOf = z.looseObject(upkeep)

/** The answer is not what the decoder may say. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
}

/** Which request an answer is for, and whether the child asks to be replaced. @throws AnswerError */
export function readUpkeep(head: unknown): { readonly id: number; readonly cpuMs: number; readonly tired: boolean } {
  return parse(upkeepOf, head)
}

/** @throws AnswerError */
export function readHello(head: unknown): { readonly permission: boolean; readonly secrets: boolean } {
  return parse(hello, head).walls
}

/**
 * @param type what the parent itself sees in the first bytes; the child must have seen the same
 * @throws AnswerError
 */
export function readMeasured(head: unknown, type: string): Seen | { readonly why: Why } {
  const answer = parse(measured, head)
  if (!answer.ok) return { why: answer.why }
  if (answer.seen.type !== type) throw new AnswerError(`expected type ${type}, found another`)
  if (saysNothing(answer.seen)) throw new AnswerError('expected readings, or the reason why there are none')
  return answer.seen
}

/** No readings and no reason would be taken for "no match". Only a picture under 5 pixels a side may answer so. */
function saysNothing(facts: {
  readings: readonly Reading[]
  unknown: readonly unknown[]
  width?: number
  height?: number
}) {
  if (facts.readings.length > 0 || facts.unknown.length > 0) return false
  return Math.min(facts.width ?? 5, facts.height ?? 5) >= 5
}

/** @throws AnswerError the body is no plain JPEG of this size: one that could carry nothing but pixels */
export function readRendered(
  head: unknown,
  body: Uint8Array,
  step: Step,
): { readonly width: number; readonly height: number } | { readonly why: Why } {
  const answer = parse(rendered, head)
  if (!answer.ok) return { why: answer.why }
  const { width, height } = answer
  const size = plainJpegSize(body)
  if (size === undefined) throw new AnswerError('expected a JPEG without metadata')
  if (size.width !== width || size.height !== height) throw new AnswerError('the JPEG has another size than was said')
  if (Math.max(width, height) > STEP_SIDE[step]) throw new AnswerError(`${width} × ${height} is too large for ${step}`)
  return { width, height }
}

function parse<T>(schema: z.ZodType<T>, head: unknown): T {
  const read = schema.safeParse(head)
  if (!read.success) throw new AnswerError('the answer has not the shape that was agreed')
  return read.data
}
