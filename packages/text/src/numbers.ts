/*
 * exp, ln and sqrt in plain arithmetic. JavaScript leaves the last bits of its own ones to the engine; with these the same examples give the
 * same model on any machine.
 */

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const EXP_TERMS = 18
const LN_TERMS = 25
const ROOT_STEPS = 5

/** e to the power of x, within a few units of the last place. */
export function exp(x: number): number {
  if (x > 709) return Number.POSITIVE_INFINITY
  if (x < -745) return 0
  const halvings = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5)
  const rest = x - halvings * LN2_HIGH - halvings * LN2_LOW
  let sum = 1
  for (let n = EXP_TERMS; n > 0; n -= 1) sum = 1 + (rest / n) * sum
  return timesPowerOfTwo(sum, halvings)
}

/** The natural logarithm of a number above 0, within a few units of the last place. */
export function ln(x: number): number {
  let mantissa = x
  let doublings = 0
  for (; mantissa > 1.4; doublings += 1) mantissa /= 2
  for (; mantissa < 0.7; doublings -= 1) mantissa *= 2
  const s = (mantissa - 1) / (mantissa + 1)
  const square = s * s
  let sum = 0
  for (let n = LN_TERMS; n > 0; n -= 2) sum = sum * square + 1 / n
  return doublings * LN2_HIGH + (2 * s * sum + doublings * LN2_LOW)
}

const bits = new DataView(new ArrayBuffer(8))

/** The square root of a number that is not below 0, by Newton's steps from half its exponent. */
export function sqrt(x: number): number {
  if (x < Number.MIN_VALUE * 2 ** 52) return 0
  bits.setFloat64(0, x)
  bits.setUint32(0, (bits.getUint32(0) >>> 1) + 0x1ff80000)
  bits.setUint32(4, 0)
  let root = bits.getFloat64(0)
  for (let step = 0; step < ROOT_STEPS; step += 1) root = 0.5 * (root + x / root)
  return root
}

/** The chance that a logit stands for. */
export function sigmoid(logit: number): number {
  return logit >= 0 ? 1 / (1 + exp(-logit)) : exp(logit) / (1 + exp(logit))
}

function timesPowerOfTwo(x: number, power: number): number {
  let out = x
  for (let n = 0; n < power; n += 1) out *= 2
  for (let n = 0; n > power; n -= 1) out /= 2
  return out
}
