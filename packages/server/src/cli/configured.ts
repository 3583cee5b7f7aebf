import { existsSync } from 'node:fs'
import { envFileOf, envNameOf, type Loaded } from '../http/config.ts'
import { UsageError } from './io.ts'

/**
 * Refuses to make or open an installation that nobody configured. The log is named for ever after the address of its first start, so
 * that address is never assumed.
 *
 * @throws UsageError with what to run first
 */
export function assertConfigured(folder: string, { origins }: Loaded): void {
  const path = envFileOf(folder)
  if (existsSync(path) || origins.url !== 'default') return
  throw new UsageError(
    `There is no ${path}, and no ${envNameOf('url')}. Run this in the folder of your installation, or first: lamplighter init. For a look without it: lamplighter demo`,
  )
}
