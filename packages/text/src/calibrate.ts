import { ln, sigmoid } from './numbers.ts'

export interface Point {
  readonly logit: number
  readonly label: 0 | 1
  readonly weight: number
}

/** `slope · logit + shift` is the calibrated logit. */
export interface Line {
  readonly slope: number
  readonly shift: number
}

const STEPS = 100
const HALVINGS = 30

/** Platt's calibration by Newton's steps, with his targets: no finite number of examples makes anything certain. */
export function calibrate(points: readonly Point[]): Line {
  const positive = total(points.filter(({ label }) => label === 1))
  const negative = total(points.filter(({ label }) => label === 0))
  const targets = { 1: (positive + 1) / (positive + 2), 0: 1 / (negative + 2) }
  const loss = ({ slope, shift }: Line): number =>
    points.reduce((sum, { logit, label, weight }) => {
      const z = slope * logit + shift
      const chance = Math.min(1 - 1e-15, Math.max(1e-15, sigmoid(z)))
      return sum - weight * (targets[label] * ln(chance) + (1 - targets[label]) * ln(1 - chance))
    }, 0)
  let line: Line = { slope: 1, shift: 0 }
  let best = loss(line)
  for (let step = 0; step < STEPS; step += 1) {
    const by = newton(points, line, targets)
    let size = 1
    let next = line
    for (let halving = 0; halving < HALVINGS; halving += 1, size /= 2) {
      next = { slope: line.slope - size * by.slope, shift: line.shift - size * by.shift }
      if (loss(next) < best) break
    }
    const reached = loss(next)
    if (!(reached < best)) break
    line = next
    best = reached
  }
  return line
}

const total = (points: readonly Point[]): number => points.reduce((sum, { weight }) => sum + weight, 0)

function newton(points: readonly Point[], { slope, shift }: Line, targets: Readonly<Record<0 | 1, number>>): Line {
  let [a, b, aa, ab, bb] = [0, 0, 1e-9, 0, 1e-9]
  for (const { logit, label, weight } of points) {
    const chance = sigmoid(slope * logit + shift)
    const off = weight * (chance - targets[label])
    const curve = weight * chance * (1 - chance)
    a += off * logit
    b += off
    aa += curve * logit * logit
    ab += curve * logit
    bb += curve
  }
  const det = aa * bb - ab * ab
  return { slope: (bb * a - ab * b) / det, shift: (aa * b - ab * a) / det }
}
