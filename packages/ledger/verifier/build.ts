import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// Makes the verifier for outsiders: every module that it needs, in the order in which they need one another, without
// types and without what is never called, in one readable file. Equal sources give equal bytes.

/** The most octets that the file may have: small enough to be read. */
export const MOST_BYTES = 64 * 1024

const HEAD = `#!/usr/bin/env node
// Checks what Lamplighter's transparency log says. Apache-2.0. Made from packages/ledger without its types.
// Node 20.16 or newer, Deno, Bun; in a browser, import it and call verifyTarget.
`
const TAIL = `
export { LIMITS, main, verifyTarget }
`
const ROOTS = ['main', 'verifyTarget', 'LIMITS']
const STATEMENT = /^(?:export )?(?:async )?(?:function|class|const|let|if)\b/
const DECLARED = /^(?:export )?(?:async )?(?:function|class|const|let) (\w+)/

/** One top-level statement with the comment before it. */
interface Statement {
  readonly module: string
  readonly name: string | undefined
  readonly text: string
}

/** The text of the one file. @throws Error where two modules use one name, or it grows too large */
export function buildVerifier(folder: string): string {
  const modules = inOrder(join(folder, 'main.ts'))
  const statements = modules.flatMap((path) => statementsOf(path, relative(resolve(folder, '..'), path)))
  assertOneNameEach(statements)
  const parts: string[] = [HEAD]
  let module = ''
  for (const statement of reachable(statements)) {
    if (statement.module !== module) parts.push(`\n// ${statement.module}\n`)
    module = statement.module
    parts.push(`\n${statement.text}\n`)
  }
  const text = [...parts, TAIL].join('')
  const octets = Buffer.byteLength(text)
  if (octets > MOST_BYTES) throw new Error(`the verifier has ${octets} octets, at most ${MOST_BYTES} are allowed`)
  return text
}

const IMPORT = /^import (?!type )[^;]*? from '([^']+)'$/gm

/** The module and all that it imports, each after what it needs. */
function inOrder(path: string, seen: string[] = []): string[] {
  if (seen.includes(path)) return seen
  // The place is taken before the imports are followed, so that two modules may need one another.
  const before = seen.length
  seen.push(path)
  for (const [, from = ''] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
    if (!from.startsWith('.')) throw new Error(`${path} imports ${from}; the verifier has no import`)
    inOrder(resolve(dirname(path), from), seen)
  }
  seen.splice(seen.indexOf(path, before), 1)
  seen.push(path)
  return seen
}

function statementsOf(path: string, module: string): Statement[] {
  const plain = withoutTypes(readFileSync(path, 'utf8')).replace(/^(?:import|export \{) [^;]*? from '[^']+'$/gm, '')
  const statements: Statement[] = []
  let lines: string[] = []
  let reasons: string[] = []
  const close = () => {
    const text = lines
      .join('\n')
      .trimEnd()
      .replace(/^export /gm, '')
    if (text !== '') statements.push({ module, name: DECLARED.exec(text.replace(/^\/\/.*\n/gm, ''))?.[1], text })
    lines = []
  }
  for (const line of plain.split('\n')) {
    if (line.startsWith('//')) {
      close()
      reasons.push(line)
    } else if (STATEMENT.test(line)) {
      close()
      lines = [...reasons, line]
      reasons = []
    } else {
      // A comment with nothing below it told of a type.
      reasons = []
      if (lines.length > 0) lines.push(line)
    }
  }
  close()
  return statements
}

/** Takes out exactly what Node's type stripping turns into spaces, and the spaces and lines that only types needed. */
function withoutTypes(source: string): string {
  const stripped = stripTypeScriptTypes(source, { mode: 'strip' })
  const kept = stripped.replace(/ +/g, (run, at: number) => {
    const original = source.slice(at, at + run.length)
    if (original === run) return run
    if (stripped[at - 1] === '\n') return original.slice(0, original.search(/\S/))
    const next = stripped[at + run.length] ?? '\n'
    return stripped[at - 1] === '(' || '(),;.]\n'.includes(next) ? '' : ' '
  })
  // Docstrings stay in the package, which says them for every function; reasons (`//`) come along.
  const short = kept.replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '')
  return short
    .replace(/^(?: {2})+/gm, (indent) => '\t'.repeat(indent.length / 2))
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
}

function assertOneNameEach(statements: readonly Statement[]): void {
  const seen = new Map<string, string>()
  for (const { name, module } of statements) {
    if (name === undefined) continue
    const other = seen.get(name)
    if (other !== undefined) throw new Error(`${name} is declared in ${other} and in ${module}`)
    seen.set(name, module)
  }
}

/** What the roots and all nameless statements lead to; a name counts as used wherever its letters occur. */
function reachable(statements: readonly Statement[]): Statement[] {
  const byName = new Map(statements.map((statement) => [statement.name, statement]))
  const used = new Set<Statement>()
  const visit = (statement: Statement | undefined) => {
    if (statement === undefined || used.has(statement)) return
    used.add(statement)
    const code = statement.text
      .replace(/^\s*\/\/.*$|'[^'\n]*'|"[^"\n]*"/gm, '')
      .replace(/`[^`]*`/g, (template) => [...template.matchAll(/\$\{[^}]*\}/g)].join(' '))
    for (const [word] of code.matchAll(/(?<![\w$#]|(?<!\.\.)\.)[A-Za-z_$][\w$]*(?![\w$:])/g)) visit(byName.get(word))
  }
  for (const statement of statements) {
    if (statement.name === undefined || ROOTS.includes(statement.name)) visit(statement)
  }
  return statements.filter((statement) => used.has(statement))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = dirname(fileURLToPath(import.meta.url))
  const out = process.argv[2] ?? join(folder, '../dist')
  mkdirSync(out, { recursive: true })
  const text = buildVerifier(folder)
  writeFileSync(join(out, 'lamplighter-verify.mjs'), text)
  console.log(`${join(out, 'lamplighter-verify.mjs')} ${Buffer.byteLength(text)} octets`)
}
