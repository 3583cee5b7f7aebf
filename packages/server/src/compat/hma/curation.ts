import { AppError } from '../../http/errors.ts'
import type { PageCall } from '../../http/route.ts'
import { type Bank, bankNamed, banksOf } from './banks.ts'
import { type HmaServices, jsonOf } from './matching.ts'
import { ALWAYS, setRatio } from './store.ts'

/** As HMA writes a bank. */
const shown = ({ name, ratio }: Bank): object => ({ name, matching_enabled_ratio: ratio })

/** `GET /c/banks`: the lists that the key may ask. */
export async function allBanks(services: HmaServices, call: PageCall): Promise<object> {
  return (await reachable(services, call)).map(shown)
}

/** `GET /c/bank/{name}`. */
export async function oneBank(services: HmaServices, call: PageCall): Promise<object> {
  return shown(bankNamed(await reachable(services, call), call.params.name))
}

/** `PUT /c/bank/{name}` `{enabled_ratio}` or `{enabled}`: how often the bank answers lookups of this shape. Rules ask the list always. */
export async function changeBank(services: HmaServices, call: PageCall): Promise<object> {
  const bank = bankNamed(await reachable(services, call), call.params.name)
  const asked = await jsonOf(call)
  if (asked.name !== undefined && asked.name !== bank.name) {
    throw new AppError('invalid', 'A bank is a list here, and keeps its name: rules ask for it by this name.')
  }
  const ratio = ratioOf(asked) ?? bank.ratio
  if (ratio < 1 && bank.list.sealed === 1) {
    throw new AppError('invalid', 'A sealed list is asked always: chance does not decide whether known abuse is found.')
  }
  await services.storage.store.tx(setRatio, { list: bank.list.id, ratio: Math.round(ratio * ALWAYS) })
  return shown({ ...bank, ratio: Math.round(ratio * ALWAYS) / ALWAYS })
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

async function reachable({ desk, storage }: HmaServices, call: PageCall): Promise<readonly Bank[]> {
  return banksOf(storage, await desk.lists(call))
}
