import type { KeyObject } from 'node:crypto'
import type { RetroResultJson } from '@lamplighter/api'
import { hmacHex } from '../http/crypto.ts'
import type { Handler } from '../jobs/index.ts'
import { type LiveRules, verdictsOn } from '../policy/index.ts'
import { newId } from '../storage/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import { type Affected, PLATFORM, type RecordKeys } from '../transparency/index.ts'
import { eachPiece } from './archive-walk.ts'
import { type Finding, findingOf, type Meaning } from './finding.ts'
import { openedIds } from './ids.ts'
import { idKeysOf, idsUnder } from './log.ts'
import type { FromRetro, RetroErrand, ToRetro } from './messages.ts'
import type { FindingInput } from './retros.store.ts'
import { bodiesOf, eachPage, endingUploads, heed, linesIn, type RunServices, runHandler, versionWith } from './runs.ts'
import type { Counted, Hit } from './search.ts'
import { casesOfRetro, findingWith, keepFinding, lastChunk, oneRetro, oneUpload, segmentsIn } from './store.ts'
import type { RetrosTable } from './tables.ts'
import { PastThread } from './thread-client.ts'
import type { Uploads } from './uploads.ts'

export interface RetroServices extends RunServices {
  readonly keyring: Keyring
  readonly sealer: Sealer
  readonly sealKey: KeyObject
  readonly now: () => number
  readonly uploads: Uploads
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** Chunks that cross to the thread at once. */
const AT_ONCE = 16

/**
 * Applies versions to the past. After a stop it reads the segment from its beginning, so that counters stand as they stood; what it has made
 * of an event is known by the event, so that nothing is made twice.
 */
export function retroHandler(services: RetroServices): Handler {
  const handler = runHandler(services, async (id, signal) => {
    const row = await services.storage.store.read(oneRetro, id)
    const rules = await versionWith(row.hash, services)
    if (rules === undefined) return undefined
    const retro = new Retro(row, rules, services)
    return row.source === 'log' ? retro.overLog(signal) : retro.overUpload(signal)
  })
  return endingUploads(handler, services.uploads)
}

const NOTHING: Counted = { events: 0, measured: 0, rules: {} }

class Retro {
  readonly #row: RetrosTable
  readonly #rules: LiveRules
  readonly #services: RetroServices
  readonly #count = { known: 0, leftOut: 0, unnamed: 0 }
  #isFull = false

  constructor(row: RetrosTable, rules: LiveRules, services: RetroServices) {
    this.#row = row
    this.#rules = rules
    this.#services = services
  }

  async overLog(signal: AbortSignal): Promise<RetroResultJson | 'stopped'> {
    const { store } = this.#services.storage
    const stretch = { since: 0, until: this.#row.until, last: await store.read(lastChunk, undefined) }
    const open = (await store.read(segmentsIn, stretch)).find(({ segment }) => this.#isOpen(segment))
    if (open === undefined) return this.#result(NOTHING, { since: null, whole: true })
    const at = this.#services.progress.begin(this.#row.id, { done: 0, total: open.lines })
    const meaning = await this.#meaning(open.segment)
    const thread = this.#thread()
    let since: number | null = null
    let whole = true
    try {
      const walk = { run: this.#row.id, stretch: { ...stretch, segment: open.segment }, most: AT_ONCE }
      const walked = await eachPage(this.#services, walk, signal, async (page) => {
        since ??= page[0]?.since ?? null
        // Once the segment is closed nobody is led back to an id any more, by nobody.
        whole = this.#isOpen(open.segment)
        if (!whole) return 'enough'
        const taken = await this.#takeAll(await searched(thread, bodiesOf(page)), meaning, signal)
        at.add(linesIn(page))
        return taken
      })
      if (walked === 'stopped') return walked
      return await this.#result(await countedBy(thread), { since, whole })
    } finally {
      await thread.stop()
    }
  }

  /** An archive is named under its own key: what it says leads back to people as long as it waits, and no longer. */
  async overUpload(signal: AbortSignal): Promise<RetroResultJson | 'stopped' | undefined> {
    const { storage, uploads, keyring, progress } = this.#services
    const segment = uploads.keyOf(this.#row.id)
    if (segment === undefined) return undefined
    const upload = await storage.store.read(oneUpload, this.#row.id)
    if (upload === undefined) return 'stopped'
    const at = progress.begin(this.#row.id, { done: 0, total: upload.taken })
    const meaning = await this.#meaning(segment)
    const walk = { run: this.#row.id, versions: [this.#rules], sealedId: await idsUnder(keyring, segment) }
    const thread = this.#thread()
    let since: number | null = null
    try {
      const walked = await eachPiece(this.#services, walk, signal, async (piece) => {
        since ??= piece.since
        const hits = await searched(thread, [piece.chunk])
        const taken = await this.#takeAll(hits, { ...meaning, contentOf: piece.content }, signal)
        at.add(piece.events)
        return taken
      })
      if (walked === 'stopped') return walked
      return { ...(await this.#result(await countedBy(thread), { since, whole: true })), archive: walked }
    } finally {
      await thread.stop()
    }
  }

  #thread(): RetroThread {
    const sought = { from: this.#row.since, to: this.#row.until, rules: JSON.parse(this.#row.rules) as string[] }
    const errand: RetroErrand = { version: { text: this.#rules.text, schemaText: this.#rules.schemaText }, sought }
    return new PastThread<ToRetro, FromRetro>(new URL('./retro-thread.ts', import.meta.url), errand)
  }

  async #takeAll(hits: readonly Hit[], meaning: Meaning, signal: AbortSignal): Promise<'on' | 'stopped'> {
    for (const hit of hits) {
      heed(signal)
      if ((await this.#take(hit, meaning)) === 'stopped') return 'stopped'
    }
    return 'on'
  }

  #isOpen = (segment: string): boolean => this.#services.keyring.live('replay').some(({ id }) => id === segment)

  async #meaning(segment: string): Promise<Meaning> {
    const { keyring, sealKey } = this.#services
    const openedId = openedIds(await idKeysOf(keyring, segment))
    return { rules: this.#rules, openedId, seal: (value) => hmacHex(sealKey, value), retro: this.#row.id }
  }

  /** Makes of one hit what follows from it. */
  async #take(hit: Hit, meaning: Meaning): Promise<'taken' | 'stopped'> {
    const { past } = hit
    if (past.origin === undefined) {
      this.#count.unnamed += 1
      return 'taken'
    }
    if (this.#isFull) {
      this.#count.leftOut += 1
      return 'taken'
    }
    const { store } = this.#services.storage
    const [connection] = past.origin
    const plain = `${connection}|${past.event.kind}|${meaning.openedId('event', past.event.id)}`
    // The ids of an archive end with its key; the same archive may come again.
    const event =
      this.#row.source === 'log'
        ? `${connection}|${past.event.kind}|${past.event.id}`
        : hmacHex(this.#services.sealKey, `archived event ${plain}`)
    const before = await store.read(findingWith, { hash: this.#row.hash, event })
    // Of an earlier run of this very retro it is counted with its cases.
    if (before?.retro === this.#row.id) return 'taken'
    const asked = await this.#unmade(hit, plain)
    const id = newId('dec', this.#services.now())
    const finding = before === undefined && asked.size > 0 ? findingOf(hit, asked, meaning, id) : undefined
    if (finding === undefined) {
      this.#count.known += 1
      return 'taken'
    }
    const kept = await store.tx(keepFinding, await this.#inputOf(finding, { id, event, connection }))
    if (kept === 'stopped') return 'stopped'
    if (kept === 'known') this.#count.known += 1
    if (kept === 'full' || kept === 'enough') this.#count.leftOut += 1
    this.#isFull = kept === 'full'
    return 'taken'
  }

  /** The rules that have asked for no case of this event while they acted. */
  async #unmade({ rules }: Hit, eventKey: string): Promise<ReadonlySet<string>> {
    const { storage, sealer } = this.#services
    const made = new Set<string>()
    for (const { id, sealed } of await storage.store.read(verdictsOn, eventKey)) {
      const { effects } = await sealer.open<Spoken>('verdicts', 'sealed', id, sealed)
      for (const effect of effects) if (effect.do === 'queue') for (const rule of effect.rules) made.add(rule)
    }
    return new Set(rules.filter((rule) => !made.has(`${this.#rules.name}/${rule}`)))
  }

  async #inputOf(
    finding: Finding,
    of: { readonly id: string; readonly event: string; readonly connection: string },
  ): Promise<FindingInput> {
    const { sealer, now, keysFor } = this.#services
    const { event, account, item, subject, title, harms, policies, queues } = finding
    const affected: Affected = account === null ? PLATFORM : { kind: 'account', id: account }
    const evidence = newId('ev', now())
    const versions = new Map(this.#rules.program.ruleset.rules.map(({ name, version }) => [name, version]))
    return {
      retro: this.#row.id,
      event: of.event,
      rules: finding.rules,
      cases: queues.map(({ what, within }) => ({
        ...{ lane: what, dueAt: now() + within, subject, title, account, harms, policies },
      })),
      verdict: {
        id: of.id,
        event_key: `${of.connection}|${event.kind}|${event.id}`,
        event_kind: event.kind,
        phase: 'retro',
        verdict: 'allow',
        ruleset: this.#rules.hash,
        sealed: await sealer.seal('verdicts', 'sealed', of.id, finding.explanation),
      },
      fields: {
        ...{ event: event.id, item: item?.id ?? null, account, verdict: 'allow' },
        effects: queues.map(({ what }) => `queue ${what}`),
        policy: policies[0] ?? null,
        rules: finding.rules.map((rule) => `${this.#rules.name}/${rule} v${versions.get(rule)}`),
        ruleset: this.#rules.hash,
        ...{ signals: [], unknown: [], until: null, automated: 'fully' },
      },
      affected,
      // Of least worth: it never takes the place of what the house has seen, or was told.
      evidence: {
        ...{ id: evidence, itemKey: subject.key, author: finding.evidence.author.id ?? '', reported: false },
        ...{ grade: 'past', sealed: await sealer.seal('evidence', 'sealed', evidence, finding.evidence) },
      },
      keys: await keysFor([affected]),
    }
  }

  async #result(counted: Counted, log: Pick<RetroResultJson, 'since' | 'whole'>): Promise<RetroResultJson> {
    const cases = await this.#services.storage.store.read(casesOfRetro, this.#row.id)
    const { events, measured } = counted
    return {
      ...{ events, measured },
      ...log,
      opened: cases.filter(({ joined }) => !joined).length,
      joined: cases.filter(({ joined }) => joined).length,
      ...this.#count,
      rules: this.#rules.program.ruleset.rules.flatMap(({ name, version }) => {
        const own = counted.rules[name]
        return own === undefined ? [] : [{ rule: name, version, ...own }]
      }),
    }
  }
}

type RetroThread = PastThread<ToRetro, FromRetro>
type Chunks = Extract<ToRetro, { readonly do: 'chunks' }>['chunks']

async function searched(thread: RetroThread, chunks: Chunks): Promise<readonly Hit[]> {
  const answer = await thread.ask({ do: 'chunks', chunks })
  if (answer.did !== 'chunks') throw new TypeError('the thread of a retro said something else')
  return answer.hits
}

async function countedBy(thread: RetroThread): Promise<Counted> {
  const ended = await thread.ask({ do: 'end' })
  if (ended.did !== 'end') throw new TypeError('the thread of a retro said something else')
  return ended.counted
}

/** What of an explanation says which rules have made a case. */
interface Spoken {
  readonly effects: readonly { readonly do: string; readonly rules: readonly string[] }[]
}
