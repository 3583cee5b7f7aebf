import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutgoingAnswer } from '../../http/outgoing.ts'
import { http } from './http.ts'
import { ncmec } from './ncmec.ts'
import { ExchangeError, type Page, type Source } from './source.ts'

const XML =
  '<?xml version="1.0"?><queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images count="1" maxTimestamp="2026-03-09T00:00:00Z"><image><member id="42">M</member><timestamp>2026-03-09T00:00:00Z</timestamp><id>i1</id><classification>A1</classification><fingerprints><md5>a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1</md5></fingerprints></image></images></queryResult>'
const JSON_PAGE = JSON.stringify({
  next: 'a',
  upserts: [{ value: 'a1'.repeat(16), source_id: 'x' }],
  deletes: [{ source_id: 'y' }],
})

const sources: readonly (readonly [name: string, source: Source, good: string])[] = [
  ['ncmec', ncmec.open(ncmec.settings.parse({ set: 'npo' }), { username: 'a', password: 'b' }), XML],
  ['http', http.open(http.settings.parse({ url: 'https://x.example/', form: 'pages', kind: 'digest' }), {}), JSON_PAGE],
]
const pageOf = (source: Source, body: Uint8Array): Promise<Page | unknown> => {
  const answer: OutgoingAnswer = { status: 200, headers: {}, body, cut: null }
  return source
    .page(source.begin(undefined, Date.UTC(2026, 2, 10)).at, () => Promise.resolve(answer))
    .catch((error: unknown) => error)
}
/** Bytes of a good page, some of them changed, cut out or doubled. */
const mutated = (good: string) =>
  fc
    .array(
      fc.tuple(
        fc.nat(good.length),
        fc.nat(12),
        fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('<', '>', '&', '"', '{', ']')),
      ),
      { maxLength: 5 },
    )
    .map((changes) =>
      changes.reduce((text, [at, length, by]) => text.slice(0, at) + by + text.slice(at + length), good),
    )

test.each(sources)(
  '%s: whatever comes, a page is read, or it is said why not; and no page says that everything is gone',
  async (_, source, good) => {
    const whole = (await pageOf(source, Buffer.from(good))) as Page
    expect(whole.changes.length).toBeGreaterThan(1)
    const anything = fc.oneof(
      mutated(good).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 200 }),
    )
    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const page = await pageOf(source, body)
        if (page instanceof ExchangeError) return
        expect(Object.keys(page as Page).toSorted()).toEqual(['bad', 'changes', 'next', 'unmatched'])
        for (const change of (page as Page).changes) expect(change.sourceId).not.toBe('')
      }),
      { numRuns: 400 },
    )
  },
)
