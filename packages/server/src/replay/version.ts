import { check, compile, readSchema } from '@lamplighter/rules'
import type { Texts } from './messages.ts'
import type { Version } from './side.ts'

/** A version ready to be asked, from texts that were checked before. @throws TypeError for texts that were not */
export function versionOf({ text, schemaText }: Texts): Version {
  const { schema } = readSchema({ name: 'schema', text: schemaText })
  const ruleset = schema && check({ name: 'rules', text }, schema).ruleset
  if (schema === undefined || ruleset === undefined) throw new TypeError('these rules were not checked before')
  return { program: compile(ruleset), schema }
}
