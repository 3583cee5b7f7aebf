import { AppError } from '../../http/errors.ts'
import { nameOf } from '../../http/principal.ts'
import type { PageCall } from '../../http/route.ts'
import { allLists } from '../../signals/index.ts'
import { type Bank, bankNamed, banksOf } from './banks.ts'
import { type HmaServices, jsonOf } from './matching.ts'
import { ALWAYS, setRatio } from './store.ts'

/** As HMA writes a bank. */
export const shownBank = ({ name, ratio }: Bank): object => ({ name, matching_enabled_ratio: ratio })

/** `GET /c/banks`: the lists that the key may ask. */
export async function allBanks(services: HmaServices, call: PageCall): Promise<object> {
  return (await reachable(services, call)).map(shownBank)
}

/** `GET /c/bank/{name}`. */
export async function oneBank(services: HmaServices, call: PageCall): Promise<object> {
  return shownBank(await bankOf(services, call))
}

/** Of banks that a client makes: rules of any harm may ask them, and a rule has to name them for that. */
const HARM = 'other'

/**
 * `POST /c/banks` `{name, enabled_ratio?, harm?}`: an empty list of pictures. Nothing matches by it before a rule names it.
 *
 * @throws AppError `invalid` · `forbidden` there is one of this name
 */
export async function addBank(services: HmaServices, call: PageCall): Promise<Response> {
  const asked = await jsonOf(call)
  const { name, harm = HARM } = asked
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new AppError('invalid', 'name: expected 1 to 64 of A to Z, 0 to 9 and _, a letter first')
  }
  const harms = services.harms()
  if (typeof harm !== 'string' || !harms.includes(harm)) {
    throw new AppError('invalid', `harm: expected one of ${harms.join(', ')}`)
  }
  const ratio = ratioOf(asked) ?? 1
  const id = name.toLowerCase()
  if ((await services.storage.store.read(allLists, undefined)).some((list) => list.id === id)) {
    throw new AppError('forbidden', 'Bank already exists')
  }
  const facts = { id, kind: 'pdq', harm, sealed: false, context: false, source: 'hma', staleAfterMs: null } as const
  const terms = { name: 'own', share: false, export: true, device: false, feedback: 'none', harms } as const
  await services.library.declare([{ ...facts, terms }], nameOf(call.who))
  const [bank] = await banksOf(
    services.storage,
    (await services.desk.lists(call)).filter((list) => list.id === id),
  )
  if (bank === undefined) throw new AppError('not_ready', 'The bank was made and cannot be asked yet')
  return Response.json(shownBank(await withRatio(services, bank, ratio)), { status: 201 })
}

const NAME = /^[A-Z][A-Z0-9_]{0,63}$/

async function withRatio({ storage }: HmaServices, bank: Bank, ratio: number): Promise<Bank> {
  const kept = Math.round(ratio * ALWAYS)
  await storage.store.tx(setRatio, { list: bank.list.id, ratio: kept })
  return { ...bank, ratio: kept / ALWAYS }
}

/** `PUT /c/bank/{name}` `{enabled_ratio}` or `{enabled}`: how often the bank answers lookups of this shape. Rules ask the list always. */
export async function changeBank(services: HmaServices, call: PageCall): Promise<object> {
  const bank = await bankOf(services, call)
  const asked = await jsonOf(call)
  if (asked.name !== undefined && asked.name !== bank.name) {
    throw new AppError(
      'invalid',
      `A bank is a list here and keeps its name: rules ask for it by ${bank.list.id}. Make a bank of the new name and add its content there.`,
    )
  }
  const ratio = ratioOf(asked) ?? bank.ratio
  if (ratio < 1 && bank.list.sealed === 1) {
    throw new AppError('invalid', 'A sealed list is asked always: chance does not decide whether known abuse is found.')
  }
  return shownBank(await withRatio(services, bank, ratio))
}

/** `DELETE /c/bank/{name}`: never by a key. A rule that asks a list which is gone cannot decide any more. @throws AppError `forbidden` always */
export async function dropBank(services: HmaServices, call: PageCall): Promise<never> {
  const { list } = await bankOf(services, call)
  throw new AppError(
    'forbidden',
    `A bank is a list here, and rules may ask for it: a person retires it, with a reason, in Settings, Lists, or with: lamplighter lists retire ${list.id}. Its content can be deleted entry by entry.`,
  )
}

/** Clients send numbers and, some of them, numbers as texts. @throws AppError `invalid` */
function ratioOf({ enabled_ratio: ratio, enabled }: Readonly<Record<string, unknown>>): number | undefined {
  if (ratio === undefined || ratio === null) {
    return enabled === undefined || enabled === null ? undefined : Number(isTrue(enabled))
  }
  const value =
    typeof ratio === 'number' || (typeof ratio === 'string' && ratio.trim() !== '') ? Number(ratio) : Number.NaN
  if (value >= 0 && value <= 1) return value
  throw new AppError('invalid', 'enabled_ratio: expected a number from 0 to 1')
}

function isTrue(value: unknown): boolean {
  if (value === true || value === 'true' || value === '1') return true
  if (value === false || value === 'false' || value === '0') return false
  throw new AppError('invalid', 'enabled: invalid boolean parameter - prefer true/false')
}

/** The bank of the path. @throws AppError `not_found` */
export async function bankOf(services: HmaServices, call: PageCall): Promise<Bank> {
  return bankNamed(await reachable(services, call), call.params.name)
}

async function reachable({ desk, storage }: HmaServices, call: PageCall): Promise<readonly Bank[]> {
  return banksOf(storage, await desk.lists(call))
}
