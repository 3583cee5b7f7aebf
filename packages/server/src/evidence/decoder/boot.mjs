// The first module of a decoder. It is handed its program over stdin as plain JavaScript, and runs it: a decoder lives for some hundred
// pictures, and to take the types out of its own source it would need as long as for a hundred of them.
import { Buffer } from 'node:buffer'
import { registerHooks } from 'node:module'

const LENGTH_BYTES = 4

/** The first of what comes over stdin; what follows it stays there. Undefined: it ended before. */
async function handedOver() {
  let come = Buffer.alloc(0)
  for await (const piece of process.stdin.iterator({ destroyOnReturn: false })) {
    come = Buffer.concat([come, piece])
    if (come.length < LENGTH_BYTES) continue
    const end = LENGTH_BYTES + come.readUInt32LE()
    if (come.length < end) continue
    if (come.length > end) process.stdin.unshift(come.subarray(end))
    return come.subarray(LENGTH_BYTES, end)
  }
  return undefined
}

const program = await handedOver()
if (program !== undefined) {
  const { entry, sources } = JSON.parse(program.toString('utf8'))
  registerHooks({
    load(url, context, next) {
      const source = sources[url]
      return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true }
    },
  })
  await import(entry)
}
