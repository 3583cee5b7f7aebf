import { z } from 'zod'
import type { Doer } from '../people/index.ts'
import type { Store } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { PLATFORM } from '../transparency/index.ts'
import { presentSettings, putSetting } from './store.ts'

const webAddress = z.url({ protocol: /^https$/ }).max(2000)

/** What is set in the running system, not at boot (ecosystem.md §15): its name, its shape, and what holds until somebody sets it. */
const shapes = {
  'platform.name': z.string().min(1).max(100).default('Lamplighter').describe('name of the platform, as users read it'),
  /** ISO 3166-1 alpha-2: which emergency number and authorities come first. */
  'platform.country': z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable()
    .default(null)
    .describe('country, two letters'),
  'platform.contact': z
    .union([z.email().max(320), webAddress])
    .nullable()
    .default(null)
    .describe(
      'who answers for the data: an e-mail address or a page; where nobody set it, the address of this installation',
    ),
  /** Known to everybody and about nothing in particular: who looks over a shoulder learns nothing from it. */
  'platform.leaveTo': webAddress.default('https://www.wikipedia.org/').describe('where "leave quickly" leads'),
  'replay.days': z
    .string()
    .regex(/^(1?\d|2[0-8])$/)
    .default('28')
    .describe('number of days, 0 to 28, for which content-free facts of past events are kept for backtests'),
  'replay.segmentDays': z
    .string()
    .regex(/^(\d|1[0-4])$/)
    .default('14')
    .describe('number of days, 0 to 14, after which nobody can tell any more whose facts those were'),
} as const

export type SettingName = keyof typeof shapes
export type SettingValue<N extends SettingName> = z.output<(typeof shapes)[N]>

export const settingNames = Object.keys(shapes) as SettingName[]
export const isSettingName = (name: string): name is SettingName => Object.hasOwn(shapes, name)
export const wordsOfSetting = (name: SettingName): string => shapes[name].description ?? ''

export interface Change {
  readonly reason: string
  readonly doer: Doer
}

export interface Settings {
  get<N extends SettingName>(name: N): Promise<SettingValue<N>>
  /** @throws ZodError where the value has not the shape of that setting */
  put<N extends SettingName>(name: N, value: SettingValue<N>, why: Change): Promise<{ version: number }>
}

export function createSettings(
  store: Store,
  keysFor: (affected: readonly Affected[]) => Promise<RecordKeys>,
): Settings {
  return {
    async get<N extends SettingName>(name: N) {
      const value = (await store.read(presentSettings, undefined))[name]
      return shapes[name].parse(value === undefined ? undefined : JSON.parse(value)) as SettingValue<N>
    },
    async put(name, value, { reason, doer }) {
      const keys = await keysFor([PLATFORM])
      const wanted = JSON.stringify(shapes[name].parse(value))
      const standing = JSON.stringify(shapes[name].parse(undefined))
      return store.tx(putSetting, { name, value: wanted, standing, reason, doer, keys })
    },
  }
}

export const settingsModule: URL = new URL('./store.ts', import.meta.url)
export { routesOf } from './routes.ts'
