import type { Event, Measured, Measurement, SignalNeed } from '@lamplighter/rules'
import { namesPlace, namesTime } from './finders.ts'

/** Measures one signal of one event. May be slow, may fail; whoever calls it keeps the time. */
export type Provider = (inputs: readonly unknown[], signal: AbortSignal) => boolean | number | Promise<boolean | number>

/** The providers that are shipped, by the name that rule files use. */
export const shippedProviders: ReadonlyMap<string, Provider> = new Map<string, Provider>([
  ['time_finder', ([text]) => namesTime(String(text))],
  ['place_finder', ([text]) => namesPlace(String(text))],
])

/**
 * Measures what the rules of one event need, side by side, each within its own time and all within `budgetMs`. What is late or fails is
 * *unknown*; what has nothing to measure is *none*.
 */
export async function measure(
  needs: readonly SignalNeed[],
  event: Event,
  options: { readonly providers: ReadonlyMap<string, Provider>; readonly budgetMs: number },
): Promise<Measured> {
  const pairs = await Promise.all(needs.map(async (need) => [need.name, await one(need, event, options)] as const))
  return Object.fromEntries(pairs)
}

async function one(
  need: SignalNeed,
  event: Event,
  { providers, budgetMs }: { readonly providers: ReadonlyMap<string, Provider>; readonly budgetMs: number },
): Promise<Measurement> {
  const inputs = need.inputs.map((path) => fieldAt(event, path))
  if (inputs.includes(undefined)) return { known: false, why: 'not_sent' }
  if (inputs.some((input) => input === null || input === '')) return { known: 'none' }
  const provider = providers.get(need.provider)
  if (provider === undefined) return { known: false, why: 'broken' }
  const withinMs = Math.min(need.within, budgetMs)
  const stop = AbortSignal.timeout(Math.max(1, withinMs))
  try {
    const answer = provider(inputs, stop)
    const value = typeof answer === 'object' ? await Promise.race([answer, lateAt(stop)]) : answer
    if (value === 'late') return { known: false, why: 'late' }
    return isMeasured(value) ? { known: true, value } : { known: false, why: 'broken' }
  } catch {
    // A provider may fail in any way; what it would have said is unknown, and the rules say what happens then.
    return { known: false, why: 'broken' }
  }
}

// What comes from outside may be anything, whatever its type says.
const isMeasured = (value: unknown): boolean => typeof value === 'boolean' || Number.isFinite(value)

const lateAt = (signal: AbortSignal): Promise<'late'> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'), { once: true }))

/** The value at `record.field`: `null` is none, `undefined` is unknown. */
function fieldAt(event: Event, path: string): unknown {
  const [record = '', field = ''] = path.split('.')
  const found = event[record]
  if (found === undefined || found === null) return null
  return typeof found === 'object' ? Reflect.get(found, field) : undefined
}
