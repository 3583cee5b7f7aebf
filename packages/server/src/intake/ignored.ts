import type { Schema } from '@lamplighter/rules'
import { parseJson, textOf } from '../http/json.ts'
import { linesOf } from './body.ts'
import { acceptEvent } from './event.ts'

/**
 * Fields of a batch that the schema does not know, as JSON Pointers. A second look at what was taken: batches are many, and their fields
 * are only counted on the way.
 */
export function ignoredIn(
  body: Uint8Array,
  schema: Schema,
  how: { readonly ndjson: boolean; readonly connection: string; readonly now: number },
): string[] {
  const parts = how.ndjson ? linesOf(body).map(({ bytes }) => bytes) : [body]
  return parts.flatMap(parsed).flatMap((event) => {
    const edge = acceptEvent(event, schema, how)
    return 'accepted' in edge ? edge.accepted.ignored : []
  })
}

function parsed(bytes: Uint8Array): unknown[] {
  try {
    const json = parseJson(textOf(bytes))
    return Array.isArray(json) ? json : [json]
  } catch {
    // A line that cannot be read was answered as such; nothing was taken of it.
    return []
  }
}
