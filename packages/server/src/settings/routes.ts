import { getRetention, getSettings, putSetting } from '@lamplighter/api'
import { z } from 'zod'
import { AppError } from '../http/errors.ts'
import { type Route, route } from '../http/route.ts'
import { doerOf } from '../people/index.ts'
import type { Storage } from '../storage/index.ts'
import { isSettingName, type Settings, settingNames, wordsOfSetting } from './index.ts'

/** Settings that are read from what the code declares: the page cannot drift from what is done. */
export function routesOf(services: { readonly storage: Storage; readonly settings: Settings }): Route[] {
  const { settings } = services
  return [
    route(getSettings, async () => ({
      body: {
        items: await Promise.all(
          settingNames.map(async (name) => ({ name, value: await settings.get(name), words: wordsOfSetting(name).is })),
        ),
      },
    })),
    route(putSetting, async (call) => {
      const { name } = call.params
      if (!isSettingName(name))
        throw new AppError('not_found', `There is no such setting; expected one of ${settingNames.join(', ')}.`)
      try {
        const change = { reason: call.body.reason, doer: doerOf(call) }
        return { body: await settings.put(name, call.body.value as never, change) }
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error
        const { takes, example } = wordsOfSetting(name)
        throw new AppError('invalid', `${name}: expected ${takes}, for example ${example}.`, { pointer: '/value' })
      }
    }),
    route(getRetention, async () => ({
      body: {
        items: services.storage.retention.rules.map(({ table, kept }) => ({
          table,
          from: 'from' in kept ? kept.from : '',
          keptMs: 'from' in kept ? kept.default : null,
          words:
            'from' in kept
              ? `kept ${daysInWords(kept.default)}`
              : 'with' in kept
                ? `goes with ${kept.with}`
                : kept.forever,
          unless: 'from' in kept ? (kept.unless ?? null) : null,
        })),
      },
    })),
  ]
}

function daysInWords(ms: number): string {
  const days = ms / 86_400_000
  return days >= 2 ? `${Math.round(days)} days` : `${Math.round(ms / 3_600_000)} hours`
}
