import { LIMITS } from '@lamplighter/ledger/verifier'
import { escapeHtml, plainPage } from '../http/page.ts'
import { verifyCommand } from './routes.ts'
import type { LedgerStates } from './states.ts'

/** `/log/`: what this log is, how it stands, how to check it, and what it cannot show. No script. */
export function logPage(states: LedgerStates, config: { url: string; everyMs: number }): Response {
  const actions = states.logs.find(({ log }) => log === 'actions')
  if (actions === undefined) return plainPage('Transparency log', '<p>The log was not opened yet.</p>', 503)
  const rows: [string, string][] = [
    ['Origin', actions.origin],
    ['Entries', String(actions.size)],
    ['Root', actions.root],
    ['Last signed', actions.checkpointAt === null ? 'not yet' : new Date(actions.checkpointAt).toISOString()],
    ['A batch every', `${config.everyMs / 1000} s, also when nothing happened`],
    ['Witnesses', 'none: this log is not witnessed'],
    ['Promises broken', String(states.promisesLate)],
    ['Halted', actions.halt ?? 'no'],
  ]
  const table = rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeHtml(value)}</td></tr>`)
  const limits = LIMITS.map((limit) => `<li>${escapeHtml(limit)}</li>`)
  return plainPage(
    'Transparency log',
    `<p>Each act of this platform’s safety team leaves a commitment here. Acts, and filling that stands for nothing, look alike; a person
concerned gets a receipt that opens theirs. A second, sealed log is fixed in this one once per batch.</p>
<table>${table.join('\n')}</table>
<h2>Check it yourself</h2>
<pre>${escapeHtml(verifyCommand(config.url))}</pre>
<p><a href="/log/actions/checkpoint">Checkpoint</a> · <a href="/log/policy">Policy</a> · <a href="/log/keys.json">Keys</a> ·
<a href="/log/kinds.json">Kinds of acts</a></p>
<h2>What it cannot show</h2>
<ol>
${limits.join('\n')}
</ol>`,
  )
}
