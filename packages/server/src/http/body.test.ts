import { expect, test } from 'vitest'
import { CallerGone, readBytes } from './body.ts'

test.each([
  ['that says its length', { 'content-length': '100' }],
  ['that comes in chunks', {}],
])('security §11: a body %s has its time as a whole, and then nobody waits for it', async (_, headers) => {
  const body = new ReadableStream({
    async pull(controller) {
      // Never silent, and never done.
      await new Promise((resolve) => setTimeout(resolve, 20))
      controller.enqueue(new Uint8Array(1))
    },
  })
  const request = new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
  await expect(readBytes(request, 1_000_000, 'people', 200)).rejects.toThrow(CallerGone)
})

test('a body within its time is read whole', async () => {
  const request = new Request('http://localhost/', { method: 'POST', body: 'whole' })
  expect(Buffer.from(await readBytes(request, 10, 'people', 10_000)).toString()).toBe('whole')
})
