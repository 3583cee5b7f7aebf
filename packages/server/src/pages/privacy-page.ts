import { foreign, type Html, html } from '../http/html.ts'
import type { Kept } from '../storage/index.ts'
import { daysText, type KeptCategory, type Messages } from './messages/index.ts'

/** How long one table is kept, as its subject declares it and Settings may have changed it. */
export interface KeptTable {
  readonly subject: string
  readonly table: string
  readonly kept: Kept
  /** Milliseconds, where a person changed the default. */
  readonly keptMs?: number
}

// By subject first; a table that belongs elsewhere is named. What is in neither list counts as running the service.
const bySubject: Readonly<Record<string, KeptCategory>> = {
  intake: 'reports',
  review: 'cases',
  policy: 'cases',
  actions: 'notices',
  transparency: 'ledger',
  people: 'staff',
  evidence: 'media',
  signals: 'media',
}
const byTable: Readonly<Record<string, KeptCategory>> = {
  reports: 'reports',
  outbox: 'deliveries',
  outbox_attempts: 'deliveries',
  outbox_orders: 'deliveries',
  connections: 'operation',
  used_form_numbers: 'operation',
}

const dayMs = 86_400_000

/** What is processed, why, how long, under which law: made from the declarations of the tables, so it cannot drift from them. */
export function privacyMain(parts: {
  readonly words: Messages
  readonly platform: string
  readonly contact: string
  readonly tables: readonly KeptTable[]
}): Html {
  const words = parts.words.privacy
  const categories = Map.groupBy(parts.tables, categoryOf)
  const rows = [...categories].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
  return html`<p>${words.intro(parts.platform)}</p>
<p>${words.encrypted}</p>
<h2>${words.whatAndLong}</h2>
<table><tbody>${rows.map(
    ([
      category,
      tables,
    ]) => html`<tr><th scope="row">${words.category[category]}</th><td>${words.purpose[category]}</td><td>${keptText(
      parts.words,
      tables,
    )}</td></tr>
`,
  )}</tbody></table>
<p>${words.holds}</p>
<h2>${words.law}</h2>
<p>${words.lawText}</p>
<h2>${words.rights}</h2>
<p>${words.rightsText(parts.contact)}</p>
<p class="quiet">${foreign(parts.platform)}</p>`
}

const order: readonly KeptCategory[] = [
  'reports',
  'cases',
  'media',
  'notices',
  'deliveries',
  'ledger',
  'staff',
  'operation',
]

function categoryOf({ subject, table }: KeptTable): KeptCategory {
  return byTable[table] ?? bySubject[subject] ?? 'operation'
}

/** The longest of a category: nobody is told that something goes earlier than it does. */
function keptText(words: Messages, tables: readonly KeptTable[]): string {
  const times = tables.flatMap(({ kept, keptMs }) => ('from' in kept ? [keptMs ?? kept.default] : []))
  if (times.length === 0) return words.privacy.keptOpen
  return words.privacy.kept(daysText(words, Math.ceil(Math.max(...times) / dayMs)))
}
