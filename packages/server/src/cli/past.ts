import { UsageError } from './io.ts'

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What a duration such as `14d` is in milliseconds. @throws UsageError */
export function backOf(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? []
  const ms = UNITS[unit]
  if (ms === undefined) throw new UsageError(`--from ${text}: expected a number and m, h or d, such as 14d`)
  return Number(count) * ms
}

/** `core@2` as the path of that version; undefined for what is no version. */
export function versionPath(text: string | undefined): string | undefined {
  const [, name, version] = /^([a-z][a-z0-9_]*)@([1-9]\d*)$/.exec(text ?? '') ?? []
  return name === undefined ? undefined : `/v1/rulesets/${name}/versions/${version}`
}
