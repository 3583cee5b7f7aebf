import type { Scope } from '@lamplighter/api'
import { blockFrom } from '../../http/address.ts'
import { AppError } from '../../http/errors.ts'

/** Whoever holds such a key could find out what sealed lists hold: a stolen one must not work elsewhere (matching.md §11.2). */
const BOUND: ReadonlySet<Scope> = new Set(['match:sealed'])

/** @throws AppError `invalid` an address is none, or a key is not bound whose scope asks for it */
export function checkBound(scopes: readonly Scope[], addresses: readonly string[] | undefined): void {
  for (const [at, address] of (addresses ?? []).entries()) {
    try {
      blockFrom(address)
    } catch {
      throw new AppError('invalid', 'Expected an address such as 10.0.0.7, or a range such as 10.0.0.0/8.', {
        pointer: `/addresses/${at}`,
      })
    }
  }
  const scope = scopes.find((one) => BOUND.has(one))
  if (scope === undefined || (addresses ?? []).length > 0) return
  throw new AppError('invalid', `A key with the scope ${scope} is bound to addresses; name those of your servers.`, {
    pointer: '/addresses',
  })
}
