import type { Random } from '../src/testing/random.ts'

const ATOMS = ['a', 'b', 'c', ' ', '.', '[ab]', '[^a]', '[a-c]', '[^bc]', '\\w', '\\W', '\\d', 'é', '🔒']
const ASSERTIONS = ['^', '$', '\\b', '\\B']
const LETTERS = ['a', 'b', 'c', ' ', '1', 'é', '🔒', '\n']

/** A pattern as an attacker would write one, and texts that lead its matcher through as many states as they can. */
export interface Attack {
  readonly pattern: string
  readonly texts: readonly string[]
}

/** Nested repeats, counted ones up to the limit, choices of many kinds, classes: most of them near the largest automaton that is accepted. */
export function attackOf(random: Random, length: number): Attack {
  const pattern = patternOf(random)
  const units = Array.from({ length: random.int(2, 5) }, () => words(random))
  return {
    pattern,
    texts: [
      filled(length, () => random.pick(['a', 'b'])),
      filled(length, () => random.pick(LETTERS)),
      filled(length, () => random.pick(units)),
      units.join('').repeat(length).slice(0, length),
      'a'.repeat(length),
    ],
  }
}

/** None of the texts holds a `~`, so most of these are looked for to the end, in as many places at once as there are instructions. */
function patternOf(random: Random): string {
  const [one, other] = [random.pick(ATOMS), random.pick(ATOMS)]
  const [few, many] = [random.int(1, 64), random.int(1, 64)]
  switch (random.int(0, 5)) {
    case 0:
      return `(.*${one}){${many}}~`
    case 1:
      return `${one}(.{0,${few}}${other}){${many}}~`
    case 2:
      return `[ab]*${one}([ab]{${few}}|${other}){${many}}~`
    case 3:
      return `(${one}{0,${few}}${other}{0,${random.int(1, 6)}}){0,${many}}~`
    case 4:
      return expression(random, 0)
    default:
      return `(${expression(random, 0)})~`
  }
}

function expression(random: Random, depth: number): string {
  const branches = random.chance(0.3) ? random.int(2, 5) : 1
  return Array.from({ length: branches }, () => sequence(random, depth)).join('|')
}

function sequence(random: Random, depth: number): string {
  return Array.from({ length: random.int(0, 4) }, () => piece(random, depth)).join('')
}

function piece(random: Random, depth: number): string {
  if (random.chance(0.08)) return random.pick(ASSERTIONS)
  const group = depth < 4 && random.chance(0.45)
  return (group ? `(${expression(random, depth + 1)})` : random.pick(ATOMS)) + repeatOf(random)
}

function repeatOf(random: Random): string {
  const low = random.int(0, 64)
  const high = random.int(low, 64)
  return random.pick([
    '',
    '',
    '*',
    '+',
    '?',
    '{2}',
    `{${low}}`,
    `{${low},${high}}`,
    `{0,${high}}`,
    `{${low},}`,
    '{64}',
    '{0,64}',
  ])
}

function words(random: Random): string {
  return filled(random.int(1, 9), () => random.pick(LETTERS))
}

function filled(length: number, next: () => string): string {
  let text = ''
  while (text.length < length) text += next()
  return text.slice(0, length).toWellFormed()
}
