import type { StoredReport } from '../review/index.ts'
import { type ErasureServices, erasePart, markerOf, someone, WHY } from './run.ts'
import { everybody, markersSeen, noteRestored, runDone } from './store.ts'
import { type AskedGround, type Counted, NOTHING, PARTS } from './tables.ts'

/**
 * Erases again whom a copy of the data brought back. The tombstones of the keyring say which erasures there were; those that the database
 * does not know are newer than it. Called before anything is answered; at any other start it reads two tables.
 *
 * What is open goes, too: in the copy it stands as it stood, and it was finished before the person was erased.
 */
export async function honourErasures(services: ErasureServices): Promise<number> {
  const { storage, keyring } = services
  const graves = (await keyring.tombstones('person')).filter(({ why }) => why.startsWith(`${WHY}:`))
  if (graves.length === 0) return 0
  const seen = await storage.store.read(markersSeen, undefined)
  const done = new Set(seen.filter(({ state }) => state === 'done').map(({ marker }) => marker))
  const missing = graves.filter(({ id }) => !done.has(id))
  if (missing.length === 0) return 0
  const refs = new Map(missing.map((grave) => [grave.ref, grave]))
  const erased = new Map<string, Counted>()
  for (const account of await accountsIn(services)) {
    const grave = refs.get(markerOf(services, account))
    if (grave === undefined) continue
    erased.set(grave.id, await eraseAll(services, account, groundOf(grave.why)))
  }
  for (const { id, why, destroyedAt } of missing) {
    const own = seen.find(({ marker }) => marker === id)
    // It was under way when the copy was made.
    if (own !== undefined) await storage.store.tx(runDone, { run: own.id, job: null })
    else {
      const counted = erased.get(id) ?? NOTHING
      await storage.store.tx(noteRestored, { marker: id, ground: groundOf(why), at: destroyedAt, erased: counted })
    }
  }
  return erased.size
}

async function eraseAll(services: ErasureServices, account: string, ground: AskedGround): Promise<Counted> {
  let counted = NOTHING
  const who = await someone(services, account)
  for (const part of PARTS) {
    const more = (await erasePart(services, { part, who, ground, unfinished: true })) ?? {}
    counted = Object.assign({ ...counted }, more)
  }
  return counted
}

/** Everybody whom a row names, also by what is sealed. */
async function accountsIn({ storage, sealer }: ErasureServices): Promise<Set<string>> {
  const { accounts, reports } = await storage.store.read(everybody, undefined)
  const found = new Set(accounts)
  for (const { id, sealed } of reports) {
    found.add((await sealer.open<StoredReport>('reports', 'sealed', id, sealed)).reporter)
  }
  return found
}

const groundOf = (why: string): AskedGround => (why === `${WHY}:court` ? 'court' : 'request')
