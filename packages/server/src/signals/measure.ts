import { type Event, type Measured, type Measurement, offBy, type SignalNeed } from '@lamplighter/rules'
import { namesPlace, namesTime } from './finders.ts'

/** Measures one signal of one event. May be slow, may fail; whoever calls it keeps the time. */
export type Provider = (inputs: readonly unknown[], signal: AbortSignal) => Answer | Promise<Answer>

/** A value, with the model that said it where one did; or why there is none. */
export type Answer = boolean | number | Said | Unsaid
interface Said {
  readonly value: number
  /** Id of the model. */
  readonly model: string
}
interface Unsaid {
  readonly unknown: 'no_model' | 'unfamiliar' | 'broken'
  readonly model?: string
}

/** The providers that need nothing but the text, by the name that rule files use. */
export const shippedProviders: ReadonlyMap<string, Provider> = new Map<string, Provider>([
  ['time_finder', ([text]) => namesTime(String(text))],
  ['place_finder', ([text]) => namesPlace(String(text))],
])

/**
 * Measures what the rules of one event need, side by side, each within its own time and all within `budgetMs`. What is late or fails is
 * *unknown*; what has nothing to measure is *none*; what would measure content that a switch keeps from being read is *off*, and nobody is asked.
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
  const off = offBy(event)
  if (off !== undefined && inputs.includes(null)) return { known: 'off', switch: off }
  if (inputs.includes(undefined)) return { known: false, why: 'not_sent' }
  if (inputs.some((input) => input === null || input === '')) return { known: 'none' }
  const provider = providers.get(need.provider)
  if (provider === undefined) return { known: false, why: 'broken' }
  const withinMs = Math.min(need.within, budgetMs)
  const stop = AbortSignal.timeout(Math.max(1, withinMs))
  try {
    const answer = provider(inputs, stop)
    const value = answer instanceof Promise ? await Promise.race([answer, lateAt(stop)]) : answer
    if (value === 'late') return { known: false, why: 'late' }
    return measurementOf(value)
  } catch {
    // A provider may fail in any way; what it would have said is unknown, and the rules say what happens then.
    return { known: false, why: 'broken' }
  }
}

// What comes from outside may be anything, whatever its type says.
function measurementOf(answer: Answer): Measurement {
  const { value, model, unknown } = partsOf(answer)
  const by = model === undefined ? {} : { model }
  if (unknown !== undefined) return { known: false, why: unknown, ...by }
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return { known: true, value, ...by }
  return { known: false, why: 'broken', ...by }
}

function partsOf(answer: Answer): { value?: unknown; model?: string; unknown?: string } {
  return typeof answer === 'object' && answer !== null ? answer : { value: answer }
}

const lateAt = (signal: AbortSignal): Promise<'late'> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'), { once: true }))

/** The value at `record.field`: `null` is none, `undefined` is unknown. */
function fieldAt(event: Event, path: string): unknown {
  const [record = '', field = ''] = path.split('.')
  const found = event[record]
  if (found === undefined || found === null) return null
  return typeof found === 'object' ? Reflect.get(found, field) : undefined
}
