import type { Event } from '@lamplighter/rules'

/** Facts of the people that the event names, as far as the platform told them. */
export function factLines(event: Event): { name: string; value: string }[] {
  return ['actor', 'target', 'tie', 'room'].flatMap((record) => {
    const found = event[record]
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return []
    return Object.entries(found).flatMap(([field, value]) =>
      field === 'id' || value === null || value === undefined || typeof value === 'object'
        ? []
        : [
            {
              name: `${record} ${field.replaceAll('_', ' ')}`,
              value: field === 'age' ? `${Math.floor(Number(value) / 86_400_000)} d` : String(value),
            },
          ],
    )
  })
}
