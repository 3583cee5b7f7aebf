import { z } from 'zod'
import type { Doer } from '../people/index.ts'
import type { Store } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { PLATFORM } from '../transparency/index.ts'
import { changedAt, presentSettings, putSetting } from './store.ts'

const webAddress = z.url({ protocol: /^https$/ }).max(2000)

/** Where *leave quickly* leads until somebody sets it. */
export const LEAVE_TO = 'https://www.wikipedia.org/'

/** What is set in the running system, not at boot (ecosystem.md §15): its name, its shape, and what holds until somebody sets it. */
const shapes = {
  'platform.name': z.string().min(1).max(100).default('Lamplighter'),
  /** ISO 3166-1 alpha-2: which emergency number and authorities come first. */
  'platform.country': z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable()
    .default(null),
  'platform.contact': z
    .union([z.email().max(320), webAddress])
    .nullable()
    .default(null),
  /** Known to everybody and about nothing in particular: who looks over a shoulder learns nothing from it. */
  'platform.leaveTo': webAddress.default(LEAVE_TO),
  /** A word, because whoever sets it reads it again in the history. */
  'eu.dsa.notices': z.enum(['on', 'off']).default('off'),
  'replay.days': z
    .string()
    .regex(/^(1?\d|2[0-8])$/)
    .default('28'),
  'replay.segmentDays': z
    .string()
    .regex(/^(\d|1[0-4])$/)
    .default('14'),
  'lookback.hours': z
    .string()
    .regex(/^(\d|[1-6]\d|7[0-2])$/)
    .default('0'),
  'lookback.hashes': z
    .string()
    .max(2000)
    .regex(/^[^,\s]+(,[^,\s]+)*$/)
    .nullable()
    .default(null),
} as const

export type SettingName = keyof typeof shapes
export type SettingValue<N extends SettingName> = z.output<(typeof shapes)[N]>

/** What a person reads of a setting: what it is, and what it takes, by an example. */
export interface SettingWords {
  readonly is: string
  readonly takes: string
  readonly example: string
}

const words: Readonly<Record<SettingName, SettingWords>> = {
  'platform.name': {
    is: 'name of the platform, as users read it',
    takes: 'a text of 1 to 100 characters',
    example: 'Harbour',
  },
  'platform.country': {
    is: 'country, two letters',
    takes: 'two capital letters (ISO 3166-1), or no value to unset it',
    example: 'GB',
  },
  'platform.contact': {
    is: 'who answers for the data: an e-mail address or a page; where nobody set it, the address of this installation',
    takes: 'an e-mail address or an https: address, or no value to unset it',
    example: 'privacy@harbour.example',
  },
  'platform.leaveTo': {
    is: 'where "leave quickly" leads',
    takes: 'an https: address',
    example: LEAVE_TO,
  },
  'eu.dsa.notices': {
    is: 'whether people in the EU are owed statements of reasons (DSA Article 17): then rules cite only policies with a DSA category',
    takes: 'on or off',
    example: 'on',
  },
  'replay.days': {
    is: 'days for which content-free facts of past events are kept for backtests; 0 keeps none',
    takes: 'a number from 0 to 28',
    example: '28',
  },
  'replay.segmentDays': {
    is: 'days after which nobody can tell any more whose facts those were; 0 keeps none',
    takes: 'a number from 0 to 14',
    example: '14',
  },
  'lookback.hours': {
    is: 'hours for which hashes of public media that nothing flagged are kept, so that lists that become newer are looked up against them once; 0 keeps none',
    takes: 'a number from 0 to 72',
    example: '24',
  },
  'lookback.hashes': {
    is: 'connections whose hashes look-back keeps where they send no files',
    takes: 'names of connections with commas between, or no value for none',
    example: 'main',
  },
}

export const settingNames = Object.keys(shapes) as SettingName[]
export const isSettingName = (name: string): name is SettingName => Object.hasOwn(shapes, name)
export const wordsOfSetting = (name: SettingName): SettingWords => words[name]

export interface Change {
  readonly reason: string
  readonly doer: Doer
}

export interface Settings {
  get<N extends SettingName>(name: N): Promise<SettingValue<N>>
  /** When one of these was set last, milliseconds since 1970; 0 where none ever was. */
  changedAt(...names: readonly SettingName[]): Promise<number>
  /** @throws ZodError where the value has not the shape of that setting */
  put<N extends SettingName>(name: N, value: SettingValue<N>, why: Change): Promise<{ version: number }>
  /** Told of every change, before it is answered: what must end at once ends with it. */
  listen(onPut: (name: SettingName) => Promise<unknown>): void
}

export function createSettings(
  store: Store,
  keysFor: (affected: readonly Affected[]) => Promise<RecordKeys>,
): Settings {
  const listening: ((name: SettingName) => Promise<unknown>)[] = []
  return {
    async get<N extends SettingName>(name: N) {
      const value = (await store.read(presentSettings, undefined))[name]
      return shapes[name].parse(value === undefined ? undefined : JSON.parse(value)) as SettingValue<N>
    },
    changedAt: (...names) => store.read(changedAt, names),
    async put(name, value, { reason, doer }) {
      const keys = await keysFor([PLATFORM])
      const wanted = JSON.stringify(shapes[name].parse(value))
      const standing = JSON.stringify(shapes[name].parse(undefined))
      const put = await store.tx(putSetting, { name, value: wanted, standing, reason, doer, keys })
      for (const onPut of listening) await onPut(name)
      return put
    },
    listen: (onPut) => void listening.push(onPut),
  }
}

export { routesOf } from './routes.ts'
