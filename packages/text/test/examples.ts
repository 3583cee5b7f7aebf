import { type Example, featuresOf } from '../src/index.ts'

const SUBJECTS = ['the ferry', 'our choir', 'a gull', 'the baker', 'this lamp']
const GOOD = ['sings well', 'is late again', 'smells of bread', 'went home', 'likes rain']
const BAD = ['is a rotten plank', 'should sink', 'is worth nothing', 'must go under', 'rots']
const WHEN = ['today', 'at noon', 'in the fog', 'once more']

/** A hundred plain sentences of each label, by twenty accounts. */
export const EXAMPLES: readonly Example[] = ([0, 1] as const).flatMap((label) =>
  SUBJECTS.flatMap((subject) =>
    (label === 1 ? BAD : GOOD).flatMap((said) =>
      WHEN.map((when, turn) => ({
        id: `${label}-${subject}-${said}-${when}`,
        label,
        account: `${subject} ${turn}`,
        features: featuresOf(`${subject} ${said} ${when}`),
      })),
    ),
  ),
)
