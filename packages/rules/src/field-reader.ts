import type { FieldTerm } from './checked.ts'
import type { Value } from './types.ts'
import type { Event, Fields } from './world.ts'

interface RecordFields {
  readonly member: string
  readonly fields: { readonly name: string; readonly slot: number }[]
}

/** Reads every field that a program asks about, once an event. */
export class FieldReader {
  readonly #slots = new Map<string, number>()
  readonly #records: RecordFields[] = []

  /** Where the value of a field stands among those that `read` gives. */
  slotOf({ path, member, field }: FieldTerm): number {
    const known = this.#slots.get(path)
    if (known !== undefined) return known
    const slot = this.#slots.size
    this.#slots.set(path, slot)
    let record = this.#records.find((one) => one.member === member)
    if (record === undefined) {
      record = { member, fields: [] }
      this.#records.push(record)
    }
    record.fields.push({ name: field.name, slot })
    return slot
  }

  /** The state of each field: its value, none (`null`) or unknown (`undefined`). */
  read(event: Event): readonly Value[] {
    const values = new Array<Value>(this.#slots.size)
    for (const { member, fields } of this.#records) {
      const record = (member === 'event' ? event : event[member]) as Fields | null | undefined
      for (const { name, slot } of fields) values[slot] = record === undefined || record === null ? null : record[name]
    }
    return values
  }
}
