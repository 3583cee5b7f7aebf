import { z } from 'zod'
import type { Doer } from '../people/index.ts'
import type { Store } from '../storage/index.ts'
import { presentSettings, putSetting } from './store.ts'

/** What is set in the running system, not at boot (ecosystem.md §15): its name, its shape, and what holds until somebody sets it. */
const shapes = {
  'platform.name': z.string().min(1).max(100).default('Lamplighter'),
  /** ISO 3166-1 alpha-2: which emergency number and authorities come first. */
  'platform.country': z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable()
    .default(null),
} as const

export type SettingName = keyof typeof shapes
export type SettingValue<N extends SettingName> = z.output<(typeof shapes)[N]>

export interface Settings {
  get<N extends SettingName>(name: N): Promise<SettingValue<N>>
  put<N extends SettingName>(name: N, value: SettingValue<N>, why: { reason: string; doer: Doer }): Promise<void>
}

export function createSettings(store: Store): Settings {
  return {
    async get<N extends SettingName>(name: N) {
      const value = (await store.read(presentSettings, undefined))[name]
      return shapes[name].parse(value === undefined ? undefined : JSON.parse(value)) as SettingValue<N>
    },
    async put(name, value, { reason, doer }) {
      await store.tx(putSetting, { name, value: JSON.stringify(shapes[name].parse(value)), reason, doer })
    },
  }
}

export const settingsModule: URL = new URL('./store.ts', import.meta.url)
export { routesOf } from './routes.ts'
