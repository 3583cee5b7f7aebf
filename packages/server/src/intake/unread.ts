import { type Event, type EventKind, offFlag, type Value } from '@lamplighter/rules'
import type { WireFile } from './event.ts'

/** What may be known of content that is not read: which it is, and what the platform says it is. All else in its records is none. */
export const OUTSIDE: ReadonlySet<string> = new Set(['id', 'forwarded', 'type', 'count', 'size'])

type SchemaRecord = EventKind['members'] extends ReadonlyMap<string, { readonly record: infer R }> ? R : never

/** Content is what a schema seals. */
export const holdsContent = ({ fields }: SchemaRecord): boolean => [...fields.values()].some(({ sealed }) => sealed)

/**
 * The event without its content: what records with sealed fields say of it is none, and a flag names the switch. Nothing is made of the
 * content first, not even its links.
 */
export function unreadEvent(event: Event, kind: EventKind, by: string): Event {
  const emptied: Record<string, Readonly<Record<string, Value>>> = {}
  for (const { name, record } of kind.members.values()) {
    const found = event[name]
    if (!holdsContent(record) || typeof found !== 'object' || found === null || Array.isArray(found)) continue
    emptied[name] = Object.fromEntries(
      [...record.fields.keys()].flatMap((field): [string, Value][] => {
        if (!OUTSIDE.has(field)) return [[field, null]]
        const value: Value = Reflect.get(found, field)
        return value === undefined ? [] : [[field, value]]
      }),
    )
  }
  return { ...event, ...emptied, flags: [...(event.flags ?? []), offFlag(by)] }
}

/** What the platform says of files that nobody looks at. */
export function claimedMedia(files: readonly WireFile[]): Readonly<Record<string, Value>> {
  const types = new Set(files.map(({ type }) => mediaKindOf(type)))
  const sizes = files.map(({ size }) => size)
  const [only = 'file'] = types
  return {
    id: files[0]?.id ?? '',
    type: types.size > 1 ? 'mixed' : only,
    count: files.length,
    ...(sizes.every((size) => size !== null) && { size: sizes.reduce((sum, size) => sum + size, 0) }),
  }
}

function mediaKindOf(type: string | null): 'image' | 'video' | 'audio' | 'file' {
  const [kind] = (type ?? '').split('/')
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'file'
}
