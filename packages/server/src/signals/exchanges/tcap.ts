import { z } from 'zod'
import type { OutgoingAnswer } from '../../http/outgoing.ts'
import { accepted } from './answers.ts'
import {
  below,
  hiding,
  interfaceAddress,
  issueOf,
  listed,
  type MatchedKind,
  nextOf,
  placeOf,
  type RowRead,
  readRows,
  shaped,
} from './json-pages.ts'
import { type Ask, ExchangeError, type Json, type Page, type Source, type SourceKind } from './source.ts'

/*
 * Hash list v2 of Tech Against Terrorism's TCAP. Sources: docs.terrorismanalytics.org/docs/api-services (authentication, content-hash-list) and the
 * public client in facebook/ThreatExchange (python-threatexchange, exchanges/clients/techagainstterrorism). Fields were added over time
 * (`created_on`), so those that are not needed are not read.
 */

/** Algorithms that the documents name, and what of them is matched here: `SHA512` is counted only. */
const ALGORITHMS: Readonly<Record<string, MatchedKind>> = { PDQ: 'pdq', MD5: 'md5', SHA256: 'sha256' }
const MOST_CHECKPOINT_CHARS = 200

export interface TcapSettings {
  readonly address: string
}

export interface TcapCredentials {
  readonly username: string
  readonly password: string
}

const word = z.string().min(1).max(500)

export const tcap: SourceKind<TcapSettings, TcapCredentials> = {
  id: 'tcap',
  settings: z.strictObject({ address: interfaceAddress.default('https://beta.terrorismanalytics.org/') }),
  credentials: z.strictObject({ username: word, password: word }),
  startsAs: { harm: 'terrorism', terms: 'Tech Against Terrorism', feedback: 'welcome' },
  origin: ({ address }) => new URL(address).origin,
  open: (settings, credentials) => new Tcap(settings, credentials),
}

/** `after`: the checkpoint that the page before gave; empty at the beginning of everything. */
const place = z.strictObject({ after: z.string() })

const pageOf = z.object({
  count: z.int().min(0),
  next: z.string().max(2_000).nullable(),
  // Time and id of the last row of the page, as `1704085200.125,124`. It is handed back as it came. A page without rows may have none.
  checkpoint: z.string().max(MOST_CHECKPOINT_CHARS).nullable(),
  results: z.array(z.unknown()),
})

const hashRow = z.object({
  id: z.int().min(0),
  hash_digest: z.string(),
  algorithm: z.string().min(1).max(60),
  // Without a class it is a hash all the same.
  ideology: z.string().max(100).nullish(),
  deleted: z.boolean(),
  updated_on: z.number().min(0).max(99_999_999_999),
})
/** What a header can hold. */
const signedIn = z.object({ token: z.string().regex(/^[\x21-\x7e]{1,8192}$/) })

class Tcap implements Source {
  readonly #settings: TcapSettings
  readonly #credentials: TcapCredentials
  // Kept for the pages of one pull, in memory only: in a place it would be written to disk.
  #token: string | undefined

  constructor(settings: TcapSettings, credentials: TcapCredentials) {
    this.#settings = settings
    this.#credentials = credentials
  }

  begin(cursor: Json | undefined) {
    const known = place.safeParse(cursor)
    const after = known.success ? known.data.after : ''
    return { at: { after }, full: after === '' }
  }

  async page(at: Json, ask: Ask): Promise<Page> {
    const { after } = placeOf(at, place)
    const answer = await this.#list({ order: 'asc', after }, ask)
    // Every page begins at a checkpoint, and so does every pull: one that is refused leaves nothing but the whole list.
    if (after !== '' && [400, 404, 410].includes(answer.status)) {
      throw new ExchangeError('cursor_lost', `status ${answer.status}: the checkpoint is no longer taken`)
    }
    const page = shaped(accepted(answer), pageOf)
    const rows = readRows(page.results, rowOf)
    // An empty one, and none, leave the pull where it was.
    if (page.next === null) return { ...rows, next: { cursor: { after: page.checkpoint || after } } }
    // `next` itself is not followed: it may lead anywhere, and counts rows, which shift while they are read.
    return { ...rows, next: { at: { after: nextOf(page.checkpoint, after, 'checkpoint') } } }
  }

  /** Asks with the token at hand. Tokens end without a word, also in the middle of a pull: then with a new one, once. */
  async #list(query: Readonly<Record<string, string | number>>, ask: Ask): Promise<OutgoingAnswer> {
    const held = this.#token
    const token = held ?? (await this.#signIn(ask))
    const answer = await this.#listWith(token, query, ask)
    if (held === undefined || ![401, 403].includes(answer.status)) return answer
    return this.#listWith(await this.#signIn(ask), query, ask)
  }

  async #listWith(token: string, query: Readonly<Record<string, string | number>>, ask: Ask): Promise<OutgoingAnswer> {
    const url = below(this.#settings.address, 'api/hash-list/v2/all', query)
    return this.#hidden(await ask({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } }), token)
  }

  async #signIn(ask: Ask): Promise<string> {
    this.#token = undefined
    const answer = await ask({
      method: 'POST',
      url: below(this.#settings.address, 'token-auth/tcap/'),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.#credentials),
    })
    // A wrong name or password is a 400 there.
    if (answer.status === 400) throw new ExchangeError('sign_in', 'status 400: the name or the password is not taken')
    this.#token = shaped(accepted(this.#hidden(answer)), signedIn).token
    return this.#token
  }

  #hidden(answer: OutgoingAnswer, token?: string): OutgoingAnswer {
    return hiding(answer, [this.#credentials.password, this.#credentials.username, token])
  }
}

/** A row is one hash of one file, under an id of its own that stays: it may be classed anew or deleted, never become another hash. */
function rowOf(row: unknown): RowRead {
  const read = hashRow.safeParse(row)
  if (!read.success) return { op: 'bad', why: issueOf(read.error) }
  const { id, algorithm, hash_digest: value, ideology, deleted, updated_on: updatedOn } = read.data
  const sourceId = String(id)
  const stamp = Math.round(updatedOn * 1_000)
  // That a hash is gone must not depend on its form.
  if (deleted) return { op: 'drop', sourceId, stamp }
  const kind = ALGORITHMS[algorithm.toUpperCase().replaceAll('-', '')]
  if (kind === undefined) return { op: 'unmatched', kind: algorithm }
  // Written `islamist` and `far-right` in one place, `Islamist` and `Far-Right` in the other.
  return listed({ sourceId, stamp, kind, named: algorithm, value, class: ideology?.toLowerCase() ?? '' })
}
