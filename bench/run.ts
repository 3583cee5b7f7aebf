import { readFileSync, writeFileSync } from 'node:fs'
import { backtest } from './backtest.ts'
import { describe, isVoid, machine } from './lib/machine.ts'
import { markdownOf, type Row, scaleOf } from './lib/row.ts'
import { matching } from './matching.ts'
import { platform } from './platform.ts'
import { rules } from './rules.ts'
import { terms } from './terms.ts'

// npm run bench -- [name …] [--smoke] [--quick] [--write]: runs benchmarks and prints a table. `--smoke` runs each for a moment, to see that
// all sides still do the same; its figures mean nothing. `--quick` leaves out what takes minutes. `--write` puts the table into
// docs/BENCHMARKS.md.

const suites = { platform, rules, matching, terms, backtest }
const FLAGS = ['--smoke', '--quick', '--write']
type Suite = keyof typeof suites

const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const flags = new Set(process.argv.slice(2).filter((arg) => arg.startsWith('--')))
const wrong = [...names.filter((name) => !(name in suites)), ...[...flags].filter((flag) => !FLAGS.includes(flag))]
if (wrong.length > 0) {
  console.error(`not known: ${wrong.join(' ')}. Names: ${Object.keys(suites).join(', ')}. Flags: ${FLAGS.join(', ')}`)
  process.exit(2)
}
const smoke = flags.has('--smoke')
const found = machine()
const about = `${describe(found)}, ${new Date().toISOString().slice(0, 10)}`
console.log(about)

for (const name of (names.length > 0 ? names : Object.keys(suites)) as Suite[]) {
  const rows: Row[] = []
  for (const measure of suites[name]) {
    const measured = await measure(scaleOf(smoke, flags.has('--quick')))
    for (const row of measured) console.log(`${row.id}  ${row.found}  (needed ${row.needed})`)
    rows.push(...measured)
  }
  const table = `${about}\n\n${markdownOf(rows)}`
  console.log(`\n${table}`)
  if (flags.has('--write') && !smoke)
    write(name, isVoid(found) ? 'The last run was void: the machine had other work.' : table)
}
console.log(smoke ? '\nsmoke: the sides of all that ran agreed. The figures mean nothing.' : '')

function write(name: string, text: string): void {
  const file = new URL('../docs/BENCHMARKS.md', import.meta.url)
  const [begin, end] = [`<!-- ${name}: measured -->`, `<!-- ${name}: end -->`]
  const page = readFileSync(file, 'utf8')
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/BENCHMARKS.md has no place for ${name}`)
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`)
}
