import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { check, type Lock, readSchema, renderDiagnostics } from '@lamplighter/rules'
import type { Given } from './command.ts'
import { type Io, UsageError } from './io.ts'

/** A rule file with its schema, as read. */
export interface Sources {
  readonly file: string
  /** As it was given: what messages call it. */
  readonly name: string
  readonly text: string
  readonly schemaFile: string
  readonly schemaText: string
}

/** @throws UsageError */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageError(`${path} cannot be read; give the path of a rule file`)
  }
}

/** The rule file, and the schema that it uses: `--schema`, or `<name>.schema.wick` beside it. */
export function sourcesOf(io: Io, given: Given, path = given.args[0] ?? ''): Sources {
  const file = resolve(io.folder, path)
  const text = read(file)
  const name = /^use\s+schema\s+([a-z][a-z0-9_]*)/m.exec(text)?.[1] ?? 'chat'
  const beside = join(dirname(file), `${name}.schema.wick`)
  const chosen = given.value('schema')
  const schemaFile = chosen !== undefined ? resolve(io.folder, chosen) : existsSync(beside) ? beside : shippedSchema()
  return { file, name: path, text, schemaFile, schemaText: read(schemaFile) }
}

const shippedSchema = (): string => new URL(import.meta.resolve('@lamplighter/rules/wick/chat.schema.wick')).pathname

/**
 * The rule set, or what is wrong with it in words.
 *
 * @param lock what was locked before; a changed meaning under an old version is then refused
 */
export function checked(sources: Sources, lock?: Lock) {
  const schemaSource = { name: sources.schemaFile, text: sources.schemaText }
  const read = readSchema(schemaSource)
  if (read.schema === undefined)
    return {
      ruleset: undefined,
      schema: undefined,
      rendered: renderDiagnostics(schemaSource, read.diagnostics),
      diagnostics: read.diagnostics,
    }
  const source = { name: sources.name, text: sources.text }
  const { ruleset, diagnostics } = check(source, read.schema, lock)
  return { ruleset, schema: read.schema, rendered: renderDiagnostics(source, diagnostics), diagnostics }
}

export const schemaOption = {
  schema: { help: 'schema file; default: the one beside the rules, else the shipped one', value: 'file' },
} as const
