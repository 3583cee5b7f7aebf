import { randomBytes } from 'node:crypto'
import { allowNetsFrom } from '../../http/address.ts'
import { outgoing } from '../../http/outgoing.ts'
import { openStore } from '../../storage/index.ts'
import { openKeyring } from '../../storage/keyring/index.ts'
import { openTransparency } from '../../transparency/index.ts'
import { columnsOf } from '../columns.ts'
import { addConnection } from '../connections.store.ts'
import { deliverAlways } from '../deliver.ts'
import { decide } from './acts.store.ts'
import { modules } from './modules.ts'

/**
 * A server's outbox in a process of its own, to be killed: it takes `count` decisions, prints each action once it is durable, and
 * delivers all the while. Arguments: folder, address of the receiver, number of decisions.
 */
const [folder = '', url = '', count = '0'] = process.argv.slice(2)
const storage = await openStore({ kind: 'sqlite', folder, limits: { workMs: 5_000 } }, modules)
const keyring = await openKeyring(folder)
const software = { version: '0.1.0', digest: '00'.repeat(32) }
const ledger = await openTransparency(storage, keyring, { url: 'https://safety.example', everyMs: 300_000, software })
const columns = await columnsOf(keyring)
// Later than it is, by an hour a second: claims of a killed process end soon, and retries come.
const began = Date.now()
const now = () => began + (Date.now() - began) * 3_600
const meansFor = async () => ({ columns, record: await ledger.keysFor([]), site: 'https://safety.example' })
const { store, wakeup } = storage
await store.tx(
  addConnection,
  { wish: { name: 'main', kind: 'webhook', url, does: ['remove'] }, means: await meansFor() },
  { once: { scope: 'test', key: 'connection' } },
)
const sender = outgoing({ allowNets: allowNetsFrom('webhook:main=127.0.0.0/8') })
void deliverAlways(
  { store, wakeup, outgoing: sender, meansFor, now, chance: Math.random },
  new AbortController().signal,
)
for (let n = 0; n < Number(count); n++) {
  const wish = {
    do: 'remove' as const,
    item: { type: 'message', id: randomBytes(6).toString('hex') },
    account: null,
    policy: null,
    by: 'person' as const,
    reason: null,
    until: null,
    decision: `dec_${n}`,
    notBefore: 0,
  }
  const [action] = await store.tx(decide, { wishes: [wish], means: await meansFor() })
  process.stdout.write(`${action}\n`)
}
