import { type Clause, type Event, PATTERNS, type Rule } from '../neutral.ts'

const FEATURES = [
  'Sender',
  'AgeDays',
  'SenderAdult',
  'RecipientMinor',
  'Kind',
  'Surface',
  'Region',
  'Text',
  'Links',
  'Reports',
  'Threat',
  'Fraud',
  'Insult',
  'HashList',
  'Encrypted',
] as const

/**
 * The rule set in SQRL. `matchesPattern(Text, n)` asks the pattern of that number and `giveLabel` notes a label: both are registered by
 * who runs it. The reason is the sentence that the Wick rule gives.
 */
export function sqrlOf(rules: readonly Rule[]): string {
  return [
    ...FEATURES.map((feature) => `LET ${feature} := input();`),
    ...rules.map(
      (rule) =>
        `CREATE RULE ${nameOf(rule)} WHERE ${whereOf(rule)} WITH REASON "\${Sender}, \${AgeDays} days old, sent a \${Kind} with \${Links} links";`,
    ),
    ...rules.map((rule) => `WHEN ${nameOf(rule)} THEN giveLabel("${rule.name}");`),
    '',
  ].join('\n')
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
const nameOf = ({ name }: Rule): string => capital(name)

function whereOf({ all, either }: Rule): string {
  const any = either.length === 0 ? [] : [`(${either.map(clauseOf).join(' OR ')})`]
  return [...all.map(clauseOf), ...any].join(' AND ')
}

function clauseOf(clause: Clause): string {
  const feature = capital(clause.of)
  switch (clause.ask) {
    case 'below':
      return `${feature} < ${clause.value}`
    case 'atLeast':
      return `${feature} >= ${clause.value}`
    case 'above':
      return `${feature} > ${clause.value}`
    case 'is':
      return `${feature} = "${clause.value}"`
    case 'in':
      return `${feature} IN [${clause.values.map((value) => `"${value}"`).join(', ')}]`
    case 'matches':
      return `matchesPattern(${feature}, ${PATTERNS.indexOf(clause.pattern)})`
    case 'true':
      return feature
  }
}

export type SqrlInputs = Readonly<Record<(typeof FEATURES)[number], string | number | boolean | null>>

/** Flat, as SQRL wants its inputs; what is missing is null, as in its own texts. */
export function sqrlInputsOf(event: Event): SqrlInputs {
  return {
    Sender: event.sender,
    AgeDays: event.ageDays,
    SenderAdult: event.senderAdult,
    RecipientMinor: event.recipientMinor,
    Kind: event.kind,
    Surface: event.surface,
    Region: event.region,
    Text: event.text,
    Links: event.links,
    Reports: event.reports,
    Threat: event.threat,
    Fraud: event.fraud,
    Insult: event.insult,
    HashList: event.hashList ?? null,
    Encrypted: event.encrypted,
  }
}
