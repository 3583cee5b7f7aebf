import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSegment, bytesOfPdq, parsePdq } from '@lamplighter/matching'
import { ringModules } from '../../signals/pictures/kernel.ts'

/** Values that must not be found anywhere, in every form that code of ours or a library might give them. */
export class Needles {
  readonly #forms: readonly { readonly value: string; readonly form: string; readonly needle: string }[]

  /** @param values hashes as hex digits, or words */
  constructor(values: readonly string[]) {
    this.#forms = values.flatMap((value) =>
      [...formsOf(value)].map(([form, needle]) => ({ value, form, needle: needle.toString() })),
    )
  }

  /** Which values are in it, and how. Bytes are looked at as they are. */
  in(where: string | Uint8Array): string[] {
    const text = typeof where === 'string' ? where : Buffer.from(where).toString('latin1')
    const lower = text.toLowerCase()
    const found = this.#forms.filter(({ form, needle }) => (form === 'as written' ? lower : text).includes(needle))
    return [...new Set(found.map(({ value, form }) => `${value} ${form}`))]
  }

  /** The same for all files below a folder, each with its path. */
  inFiles(folder: string): string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name)
      return entry.isFile() ? this.in(readFileSync(path)).map((found) => `${path}: ${found}`) : []
    })
  }
}

/** Any case of letters is one form: what is looked through is lowered for it. */
function* formsOf(value: string): Iterable<[form: string, needle: string]> {
  yield ['as written', value.toLowerCase()]
  for (const [name, written] of [
    ['lower case', value.toLowerCase()],
    ['upper case', value.toUpperCase()],
  ] as const)
    yield* inBase64(`base64 of the ${name}`, Buffer.from(written))
  if (!/^([0-9a-f]{2}){16,32}$/.test(value)) return
  const bytes = Buffer.from(value, 'hex')
  yield* inBytes('bytes', bytes)
  const pdq = parsePdq(value)
  if (pdq === undefined) return
  // As the index holds it: its bits in another order.
  const { hashes } = buildSegment(ringModules(), bytesOfPdq(pdq))
  yield* inBytes('bytes of the index', Buffer.from(hashes.slice(0, 32)))
}

function* inBytes(name: string, bytes: Buffer): Iterable<[string, string]> {
  yield [name, bytes.toString('latin1')]
  yield* inBase64(`base64 of the ${name}`, bytes)
}

/** Three ways: what stands before it shifts the digits. Those at the ends depend on the neighbours, so they are left out. */
function* inBase64(name: string, bytes: Buffer): Iterable<[string, string]> {
  for (const before of [0, 1, 2]) {
    for (const alphabet of ['base64', 'base64url'] as const) {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(alphabet)
        .replaceAll('=', '')
      yield [name, text.slice(before === 0 ? 0 : 4, -2)]
    }
  }
}
