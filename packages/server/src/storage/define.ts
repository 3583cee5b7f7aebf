import { StorageError } from './errors.ts'
import { cloned } from './form.ts'
import { HOT_WORKS } from './hot.ts'
import type { Form, Query, ReadDb, Tx, Work } from './seam.ts'

// The writer thread gets a name and finds the function here: it has imported the same `store.ts` modules.
const works = new Map<string, Work<never, unknown>>()
const errorClasses = new Map<string, ErrorClass>()

type ErrorClass = { readonly prototype: Error; readonly name: string }

/**
 * Declares a work. Call it at module level in a subject's `store.ts`; the name (`review.decide`) is unique in the product.
 *
 * @param options `urgent` for what a person or the gate waits for; `hot` only for works that take their own row locks; `form` where a
 *   structured clone of the input costs too much
 */
export function defineWork<I, O>(
  name: string,
  run: (tx: Tx, input: I) => Promise<O>,
  options: { mode?: 'serial' | 'hot'; urgent?: boolean; form?: Form<I> } = {},
): Work<I, O> {
  if (works.has(name)) throw new StorageError('schema_invalid', `two works are named "${name}"; give one another name`)
  if (options.mode === 'hot' && !HOT_WORKS.has(name)) {
    throw new StorageError(
      'schema_invalid',
      `work "${name}" is not in storage/hot.ts; list it there with its interleaving test`,
    )
  }
  const { mode = 'serial', urgent = false, form = cloned<I>() } = options
  const work: Work<I, O> = { name, run, mode, urgent, form }
  works.set(name, work as unknown as Work<never, unknown>)
  return Object.freeze(work)
}

/** Declares a read: pure SELECTs on one snapshot. */
export function defineQuery<I, O>(name: string, run: (db: ReadDb, input: I) => Promise<O>): Query<I, O> {
  return Object.freeze({ name, run })
}

/** Names the error classes that this subject's works throw, so that they keep their class across the writer thread. */
export function defineErrors(...classes: readonly ErrorClass[]): void {
  for (const one of classes) errorClasses.set(one.name, one)
}

/** @throws StorageError `unknown_work` when no loaded `store.ts` declares it */
export function workNamed(name: string): Work<unknown, unknown> {
  const work = works.get(name)
  if (work === undefined) {
    throw new StorageError(
      'unknown_work',
      `work "${name}" is in none of the modules given to openStore; add its store.ts`,
    )
  }
  return work as unknown as Work<unknown, unknown>
}

export function errorClassNamed(name: string): ErrorClass | undefined {
  return errorClasses.get(name)
}

defineErrors(StorageError)
