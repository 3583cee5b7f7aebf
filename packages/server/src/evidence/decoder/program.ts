import { existsSync, readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The word before a module's name, in the ways that this project writes it. */
const IMPORTED = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g

const LENGTH_BYTES = 4

/**
 * A program and all TypeScript that it imports, with the types taken out, as `boot.mjs` reads it: u32 length (little-endian), then JSON
 * `{entry, sources}` by address. A module that is not found here is read by the child itself.
 *
 * @param path of the first module
 */
export function plainProgram(path: string): Uint8Array {
  const sources: Record<string, string> = {}
  const found = [path]
  for (let next = found.pop(); next !== undefined; next = found.pop()) {
    const url = pathToFileURL(next).href
    if (url in sources) continue
    if (!existsSync(next)) continue
    const source = stripTypeScriptTypes(readFileSync(next, 'utf8'))
    sources[url] = source
    found.push(...importsOf(source, next))
  }
  const json = Buffer.from(JSON.stringify({ entry: pathToFileURL(path).href, sources }))
  const front = Buffer.alloc(LENGTH_BYTES)
  front.writeUInt32LE(json.length)
  return Buffer.concat([front, json])
}

function importsOf(source: string, from: string): readonly string[] {
  const { resolve } = createRequire(from)
  const names = [...source.matchAll(IMPORTED)].map(([, name = '']) => name)
  const paths = names.flatMap((name) => {
    if (name.startsWith('.')) return [fileURLToPath(new URL(name, pathToFileURL(from)))]
    return name.startsWith('@lamplighter/') ? [resolve(name)] : []
  })
  return paths.filter((found) => found.endsWith('.ts'))
}
