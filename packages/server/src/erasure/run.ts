import type { KeptCounters } from '../counters/index.ts'
import type { MediaVault } from '../evidence/index.ts'
import { FOLLOW } from '../intake/index.ts'
import type { Handler } from '../jobs/index.ts'
import type { LookBack } from '../lookback/index.ts'
import type { ReplayLog, Uploads } from '../replay/index.ts'
import type { StoredEvidence } from '../review/index.ts'
import type { Claimed, Storage } from '../storage/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import type { Sealer } from '../storage/sealer.ts'
import type { Transparency } from '../transparency/index.ts'
import { elsewhere, eraseCases, eraseRest, mayGoOn, oneRun, partDone, runDone, type Someone } from './store.ts'
import { type AskedGround, type Counted, PARTS, type Part } from './tables.ts'

/** All in which a person may have left something. */
export interface ErasureServices {
  readonly storage: Pick<Storage, 'store' | 'stream'>
  readonly keyring: Pick<Keyring, 'make' | 'destroy' | 'tombstones'>
  readonly sealer: Sealer
  readonly vault: Pick<MediaVault, 'erase'>
  readonly counters: Pick<KeptCounters, 'erase'>
  readonly replay: Pick<ReplayLog, 'erase'>
  readonly uploads: Pick<Uploads, 'erase'>
  readonly lookBack: Pick<LookBack, 'erase'>
  readonly transparency: Pick<Transparency, 'erase' | 'nameOf'>
  readonly now: () => number
}

/** What lies about a person came in between: it is finished first. */
const AGAIN_MS = 15 * 60_000
const FOLLOW_MS = 1_000

/** Erases a person; a run that was cut off goes on after the last part that was noted, and each part can be done twice. */
export function erasureHandler(services: ErasureServices): Handler {
  const { storage, now } = services
  return async (job, { claimed }) => {
    const run = await storage.store.read(oneRun, runOf(job))
    if (run.account === null) return 'done'
    // What was accepted before is judged first: nothing of it may come up when all is over.
    const { records, oldestMs } = await storage.stream.backlog(FOLLOW)
    if (records > 0 && now() - oldestMs <= run.asked_at) return { retryAt: now() + FOLLOW_MS, why: 'follow_behind' }
    const who = await someone(services, run.account)
    const later = { retryAt: now() + AGAIN_MS, why: 'unfinished' }
    if (run.part === null && !(await storage.store.tx(mayGoOn, { run: run.id, who }))) return later
    const left = PARTS.slice(run.part === null ? 0 : PARTS.indexOf(run.part) + 1)
    for (const part of left) {
      const erased = await erasePart(services, { part, who, ground: run.ground, unfinished: false })
      if (erased === undefined) return later
      await storage.store.tx(partDone, { run: run.id, part, erased })
    }
    await services.keyring.destroy([run.marker], `${WHY}:${run.ground}`)
    await storage.store.tx(runDone, { run: run.id, job: claimed() })
    return 'completed'
  }
}

/** Why a marker was destroyed, before its ground. */
export const WHY = 'erased'

/** The reference of the key that marks a person as erased: blinded, so that nobody can tell who it was without asking for one account. */
export const markerOf = (services: Pick<ErasureServices, 'transparency'>, account: string): string =>
  `erased:${services.transparency.nameOf({ kind: 'account', id: account })}`

/** Gathers all names of a person. */
export async function someone(services: ErasureServices, account: string): Promise<Someone> {
  const { transparency, storage, sealer } = services
  const subjects = (['account', 'reporter'] as const).map((kind) => transparency.nameOf({ kind, id: account }))
  const exhibits: string[] = []
  for (const { id, sealed } of await storage.store.read(elsewhere, account)) {
    const { files } = await sealer.open<StoredEvidence>('evidence', 'sealed', id, sealed)
    exhibits.push(...files.flatMap(({ exhibit }) => exhibit ?? []))
  }
  return { account, subjects, exhibits }
}

interface Erasing {
  readonly part: Part
  readonly who: Someone
  readonly ground: AskedGround
  /** Open matters go, too. */
  readonly unfinished: boolean
}

/** @returns undefined where something has to be finished first */
export async function erasePart(
  services: ErasureServices,
  { part, who, ground, unfinished }: Erasing,
): Promise<Partial<Counted> | undefined> {
  const { store } = services.storage
  const account = { type: 'account', id: who.account }
  switch (part) {
    case 'files':
      // First: what is looked back at now must find nothing more of them.
      await services.uploads.erase(account)
      await services.lookBack.erase(account)
      return { files: await services.vault.erase({ account: who.account, exhibits: who.exhibits }) }
    case 'matters': {
      let [cases, verdicts] = [0, 0]
      for (;;) {
        const slice = await store.tx(eraseCases, { who, unfinished })
        if (slice === undefined) return undefined
        cases += slice.cases
        verdicts += slice.verdicts
        if (slice.cases === 0) return { cases, verdicts }
      }
    }
    case 'dealings':
      return store.tx(eraseRest, { who, unfinished })
    case 'counters':
      await services.counters.erase(account)
      return {}
    case 'replay':
      await services.replay.erase(account)
      // What was handed in since.
      await services.uploads.erase(account)
      await services.lookBack.erase(account)
      return {}
    case 'ledger': {
      const of = await services.transparency.erase({ kind: 'account', id: who.account }, ground)
      const by = await services.transparency.erase({ kind: 'reporter', id: who.account }, ground)
      return { records: of.records + by.records }
    }
  }
}

function runOf({ payload }: Claimed): string {
  const run: unknown = typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'run') : undefined
  if (typeof run !== 'string') throw new TypeError('a job of an erasure names its run')
  return run
}
