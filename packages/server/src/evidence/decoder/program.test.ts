import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readHello } from './answers.ts'
import { DecoderProcess } from './process.ts'
import { plainProgram } from './program.ts'

const HERE = import.meta.dirname

async function hello(input: Uint8Array) {
  const args = ['--no-experimental-strip-types', '--no-warnings', join(HERE, 'boot.mjs')]
  const child = new DecoderProcess({ file: process.execPath, args, input })
  try {
    return await child.ask({
      head: { job: 'hello' },
      body: new Uint8Array(),
      timeoutMs: 20_000,
      bodyBytes: 0,
      read: ({ head }) => readHello(head),
    })
  } finally {
    child.kill()
  }
}

test.each(['child.ts', 'native-child.ts'])(
  '%s is handed over whole: it starts where Node reads no types',
  async (name) => {
    expect(await hello(plainProgram(join(HERE, name)))).toEqual({ permission: false, secrets: true })
  },
)

test('with a module left out it does not start there', async () => {
  const whole = plainProgram(join(HERE, 'child.ts'))
  const { entry, sources } = JSON.parse(Buffer.from(whole.subarray(4)).toString())
  const left = Object.fromEntries(Object.entries(sources).filter(([url]) => !url.endsWith('/serve.ts')))
  expect(Object.keys(left)).toHaveLength(Object.keys(sources).length - 1)
  const json = Buffer.from(JSON.stringify({ entry, sources: left }))
  const front = Buffer.alloc(4)
  front.writeUInt32LE(json.length)
  await expect(hello(Buffer.concat([front, json]))).rejects.toThrow('died')
})
