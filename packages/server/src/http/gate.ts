import type { Act } from '@lamplighter/api'
import { keyElsewhere } from '../events.ts'
import { acts } from './acts.ts'
import { blockFrom, isWithin } from './address.ts'
import { cookieOf, sessionCookieName } from './cookies.ts'
import { AppError } from './errors.ts'
import { type Facts, may } from './may.ts'
import type { Principal, Touch } from './principal.ts'

/** Finds people and keys. Given by the subject `people`; reads the database at each call, so a revocation works at once. */
export interface Identity {
  session(token: string, now: number): Promise<Principal>
  key(bearer: string, now: number): Promise<Principal>
}

const nobody: Principal = { kind: 'nobody' }

/**
 * Who asks. A request that shows credentials which are not valid is nobody's: it gets 401 where a principal is needed, and no hint why.
 *
 * @throws AppError `malformed` for an API key in an address, which ends in histories and logs of others (S-15)
 */
export async function principalOf(request: Request, url: URL, identity: Identity, now: number): Promise<Principal> {
  if (/llk_[0-9a-z]/i.test(url.pathname + url.search)) {
    throw new AppError(
      'malformed',
      'An API key does not belong into an address. Send it in the header Authorization, and make a new one.',
    )
  }
  const authorization = request.headers.get('authorization')
  if (authorization !== null) {
    const bearer = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1]
    return bearer === undefined ? nobody : identity.key(bearer, now)
  }
  const token = cookieOf(request.headers.get('cookie'), sessionCookieName)
  return token === undefined || token === '' ? nobody : identity.session(token, now)
}

/** A key that is shown from where it is not bound to is nobody's: a thief learns nothing of it, and whoever runs this is told. */
export function whoFrom(address: string, who: Principal): Principal {
  if (who.kind !== 'key' || who.from === undefined || isWithin(address, who.from.map(blockFrom))) return who
  keyElsewhere(who.id)
  return nobody
}

/** Decisions.md 17: a touch is given in demo mode and on the operator's socket. */
export function touchOf(who: Principal, demo: boolean): Touch | undefined {
  if (who.kind === 'operator') return { kind: 'operator' }
  return demo ? { kind: 'demo' } : undefined
}

/** @throws AppError with the refusal of the gate */
export function assertMay(who: Principal, act: Act, facts: Facts, touch: Touch | undefined, now: number): void {
  const ruling = may(who, act, facts, touch, now)
  if (ruling.ok) return
  switch (ruling.code) {
    case 'unauthenticated':
      throw new AppError('unauthenticated', 'Sign in, or send a valid key.')
    case 'forbidden':
      throw new AppError('forbidden', `This needs ${needed(act, ruling.needs)}.`)
    case 'not_found':
      throw new AppError('not_found', 'There is nothing under this address, or it is not for you.')
    case 'fresh_passkey_required':
      throw new AppError(
        'fresh_passkey_required',
        'This act asks for a fresh assent. Do it on the command line of the server.',
      )
    case 'second_person_required':
      throw new AppError(
        'second_person_required',
        'A second person must agree to this. Do it on the command line of the server.',
      )
  }
}

const needed = (act: Act, needs: string | undefined): string => {
  if (needs === undefined) return 'another kind of access'
  return acts[act].scopes?.some((scope) => scope === needs)
    ? `the scope ${needs}; a key has it that was made with: lamplighter key new NAME --scopes ${needs}`
    : `the role ${needs}`
}

/**
 * An unsafe request with a cookie must come from our own page (security.md §5). `Sec-Fetch-Site` decides; `Origin` only where a browser
 * does not send it, because under `no-referrer` a form of our own page says `null`.
 */
export function assertOwnPage(request: Request, origins: readonly string[]): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  if (site === 'same-origin' || (site === null && origin !== null && origins.includes(origin))) return
  throw new AppError('forbidden', 'This call came from another site. Use the console under LAMPLIGHTER_URL.')
}
