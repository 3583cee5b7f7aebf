let count = 0
/** An id that no other event of this run has. */
export function freshId(): string {
  count += 1
  return `x${count}`
}

/** A message of one adult to another, who do not know each other. */
export function messageOf(text: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const id = typeof more.id === 'string' ? more.id : freshId()
  return {
    kind: 'message',
    id,
    occurred_at: '2026-06-01T09:00:00.000Z',
    actor: { id: 'kestrel', age: 86_400_000 * 400, age_band: 'adult', age_source: 'declared', kind: 'person' },
    target: { id: 'plover', age_band: 'adult', kind: 'person' },
    tie: { connected: false, first_contact: true },
    // Content is read where everybody may see it; what is private has tests of its own.
    room: { id: 'square', type: 'forum', audience: 'public' },
    item: { id, text },
    ...more,
  }
}

/** A report of the item with this id. */
export function reportOf(item: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const id = typeof more.id === 'string' ? more.id : freshId()
  return {
    kind: 'report',
    id,
    occurred_at: '2026-06-01T09:00:00.000Z',
    actor: { id: `reporter-${id}` },
    target: { id: 'kestrel' },
    item: { id: item },
    report: { id, harm: 'harassment' },
    ...more,
  }
}

/** An upload of files that were handed in before. */
export function uploadOf(...files: (string | object)[]): Record<string, unknown> {
  return {
    kind: 'upload',
    id: freshId(),
    occurred_at: '2026-06-01T09:00:00.000Z',
    actor: { id: 'kestrel', kind: 'person' },
    room: { id: 'square', type: 'forum', audience: 'public' },
    media: files.map((file) => (typeof file === 'string' ? { id: file, type: 'image/png' } : file)),
  }
}
