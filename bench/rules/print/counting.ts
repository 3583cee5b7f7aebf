import { createHash } from 'node:crypto'
import type { Event as WickEvent } from '../../../packages/rules/src/index.ts'
import { COUNTERS, type Counter } from '../counters.ts'
import type { Event, Rule } from '../neutral.ts'
import { sqrlInputsOf } from './sqrl.ts'
import { wickEventOf, wickOf, wickSchema } from './wick.ts'

// The six counters with a threshold rule each, in the words of both engines that can count.

/** A text may not key a counter in Wick: a hash of it does, which intake makes. */
export const countingSchema = wickSchema.replace('links num', 'links num  text_key id<text>')

const WICK: Readonly<Record<string, { readonly what: string; readonly where?: string }>> = {
  sent: { what: 'count by actor.id' },
  sent_links: { what: 'count by actor.id', where: 'content.links > 0' },
  minors_written_to: { what: 'distinct target.id by actor.id', where: 'actor.adult and target.minor' },
  written_to: { what: 'distinct target.id by actor.id' },
  senders_of_text: { what: 'distinct actor.id by content.text_key' },
  threats_received: { what: 'count by target.id', where: 'content.threat > 0.5' },
  received: { what: 'count by target.id' },
  received_from: { what: 'distinct actor.id by target.id' },
  sent_by_the_young: { what: 'count by actor.id', where: 'actor.age < 7d' },
  copies: { what: 'count by content.text_key' },
}

const SQRL: Readonly<Record<string, string>> = {
  sent: 'count(BY Sender',
  sent_links: 'count(BY Sender WHERE WithLinks',
  minors_written_to: 'countUnique(Recipient GROUP BY Sender WHERE SenderAdult AND RecipientMinor',
  written_to: 'countUnique(Recipient GROUP BY Sender',
  senders_of_text: 'countUnique(Sender GROUP BY Text',
  threats_received: 'count(BY Recipient WHERE IsThreat',
}

function said<T>(by: Readonly<Record<string, T>>, name: string): T {
  const one = by[name]
  if (one === undefined) throw new RangeError(`no engine says '${name}' yet`)
  return one
}

/** The counters and their rules, after other rules of the same file. */
export function wickCountersOf(counters: readonly Counter[] = COUNTERS, rules: readonly Rule[] = []): string {
  const parts = counters.map(({ name, overMs, atLeast }) => {
    const { what, where } = said(WICK, name)
    return `counter ${name} = ${what} on action${where === undefined ? '' : ` where ${where}`} over ${overMs / 1000}s exact up to 50
rule over_${name} v1 {
  harm other policy "N-1" severity low phase gate
  on action
  when ${name} >= ${atLeast}
  then label "${name}"
  on unknown ignore
  because "{${name}} by {actor.id}"
}
`
  })
  return `${wickOf(rules)}\n${parts.join('\n')}`
}

export function wickCountedEventOf(event: Event): WickEvent {
  const wick = wickEventOf(event)
  const key = createHash('sha256').update(event.text).digest('base64url')
  return { ...wick, content: { ...(wick.content as object), text_key: key } } as WickEvent
}

// SQRL's own features `SqrlIsClassify` and `SqrlClock` have defaults; the second is an input.
const FEATURES = ['Sender', 'Recipient', 'Text', 'Links', 'Threat', 'SenderAdult', 'RecipientMinor']
const camel = (name: string): string => name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

export function sqrlCountersOf(counters: readonly Counter[] = COUNTERS): string {
  return [
    ...FEATURES.map((feature) => `LET ${feature} := input();`),
    // A counter takes features and `AND`, no comparisons.
    'LET WithLinks := Links > 0;',
    'LET IsThreat := Threat > 0.5;',
    ...counters.map(
      ({ name, overMs }) => `LET ${camel(name)} := ${said(SQRL, name)} LAST ${overMs / 60_000} MINUTES);`,
    ),
    ...counters.map(
      ({ name, atLeast }) =>
        `CREATE RULE Over${camel(name)} WHERE ${camel(name)} >= ${atLeast} WITH REASON "\${${camel(name)}} by \${Sender}";`,
    ),
    ...counters.map(({ name }) => `WHEN Over${camel(name)} THEN giveLabel("${name}");`),
    '',
  ].join('\n')
}

/** Only what the source names: SQRL refuses other inputs. */
export function sqrlCountedInputsOf(event: Event): object {
  const { Sender, Text, Links, Threat, SenderAdult, RecipientMinor } = sqrlInputsOf(event)
  const SqrlClock = new Date(event.at).toISOString()
  return { Sender, Recipient: event.recipient, Text, Links, Threat, SenderAdult, RecipientMinor, SqrlClock }
}
