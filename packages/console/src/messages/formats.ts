const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Dates, numbers and names of languages, as `Intl` writes them for this locale. */
export function formatsOf(locale: string) {
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const number = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const permille = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 })
  const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const long = { style: 'unit', unitDisplay: 'long' } as const
  const days = new Intl.NumberFormat(locale, { ...long, unit: 'day' })
  const hours = new Intl.NumberFormat(locale, { ...long, unit: 'hour' })
  const names = new Intl.DisplayNames(locale, { type: 'language' })
  return {
    dateTime: (ms: number) => dateTime.format(ms),
    date: (ms: number) => date.format(ms),
    /** A day as `2026-03-01`. */
    day: (text: string) => (Number.isNaN(Date.parse(text)) ? text : day.format(Date.parse(text))),
    count: (value: number) => number.format(value),
    /** A share from 0 to 1. */
    percent: (share: number) => percent.format(share),
    /** A small share from 0 to 1. */
    fine: (share: number) => permille.format(share),
    /** A time of retention: whole days, and hours below two days. */
    term: (ms: number) =>
      ms >= 2 * DAY_MS ? days.format(Math.round(ms / DAY_MS)) : hours.format(Math.round(ms / HOUR_MS)),
    bytes: (size: number) =>
      size < 1000
        ? `${number.format(size)} B`
        : size < 1_000_000
          ? `${short.format(size / 1000)} kB`
          : `${short.format(size / 1_000_000)} MB`,
    languageName: (code: string) => {
      try {
        return names.of(code) ?? code
      } catch {
        return code
      }
    },
  }
}
