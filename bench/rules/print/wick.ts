import type { Event as WickEvent } from '../../../packages/rules/src/index.ts'
import { type Clause, type Event, HASH_LISTS, KINDS, REGIONS, type Rule, SURFACES } from '../neutral.ts'

const DAY_MS = 86_400_000

/** The schema of the events, as a platform would write it. `hash_list` may be missing, so what asks for it may be undecided. */
export const wickSchema = `schema neutral version 1
harm other
record account : account { id id<account>  age dur  adult bool  minor bool }
record content {
  id id<item>  text sealed text max 8000  kind ${enumOf(KINDS)}  surface ${enumOf(SURFACES)}  region ${enumOf(REGIONS)}
  links num  reports num  threat score  fraud score  insult score  hash_list ${enumOf(HASH_LISTS)}?  encrypted bool
}
event action about actor item content { actor account  target account  content content }
`

export function wickOf(rules: readonly Rule[]): string {
  return `ruleset neutral version 1 owner "lead@harbour.example"\nuse schema neutral version 1\n\n${rules.map(ruleOf).join('\n')}`
}

function ruleOf({ name, all, either }: Rule): string {
  const any = either.length === 0 ? [] : [`(${either.map(clauseOf).join(' or ')})`]
  return `rule ${name} v1 {
  harm other policy "N-1" severity low phase gate
  on action
  when ${[...all.map(clauseOf), ...any].join(' and ')}
  then label "${name}"
  on unknown ignore
  because "{actor.id}, {actor.age} old, sent a {content.kind} with {content.links} links"
}
`
}

const PATHS: Readonly<Record<Clause['of'], string>> = {
  ageDays: 'actor.age',
  senderAdult: 'actor.adult',
  recipientMinor: 'target.minor',
  kind: 'content.kind',
  surface: 'content.surface',
  region: 'content.region',
  text: 'content.text',
  links: 'content.links',
  reports: 'content.reports',
  threat: 'content.threat',
  fraud: 'content.fraud',
  insult: 'content.insult',
  hashList: 'content.hash_list',
  encrypted: 'content.encrypted',
}

function clauseOf(clause: Clause): string {
  const path = PATHS[clause.of]
  switch (clause.ask) {
    case 'below':
      return `${path} < ${clause.value}d`
    case 'atLeast':
      return `${path} >= ${clause.value}`
    case 'above':
      return `${path} > ${clause.value}`
    case 'is':
      return `${path} == "${clause.value}"`
    case 'in':
      return `${path} in [${clause.values.map((value) => `"${value}"`).join(', ')}]`
    case 'matches':
      return `${path} matches \`${clause.pattern}\``
    case 'true':
      return path
  }
}

/** An event as `normalise` gives it: checked once at the edge, in no engine's time. */
export function wickEventOf(event: Event): WickEvent {
  const { id, at, sender, recipient, ageDays, senderAdult, recipientMinor, hashList, ...content } = event
  return {
    id,
    kind: 'action',
    occurred_at: new Date(at).toISOString(),
    actor: { id: sender, age: ageDays * DAY_MS, adult: senderAdult, minor: false },
    target: { id: recipient, age: 0, adult: false, minor: recipientMinor },
    content: { id, ...content, ...(hashList !== undefined && { hash_list: hashList }) },
  }
}

function enumOf(values: readonly string[]): string {
  return `enum(${values.join(', ')})`
}
