import type { OutgoingAnswer } from '../../http/outgoing.ts'
import { ExchangeError } from './source.ts'

/** Of what the other side says, as much is kept and shown to staff (security.md §6.7). */
const SHOWN = 200

/**
 * Gives a whole answer with a status of 2xx; any other ends the page (matching.md §10.1.6). What a source knows better (an expired token, a cursor that
 * is no longer taken) it looks at before.
 *
 * @throws ExchangeError `sign_in` · `wait` · `refused`
 */
export function accepted(answer: OutgoingAnswer): OutgoingAnswer {
  const { status } = answer
  if (status === 401 || status === 403) throw new ExchangeError('sign_in', `status ${status}: ${shownText(answer)}`)
  if (status === 429 || status >= 500) {
    throw new ExchangeError('wait', `status ${status}`, retryAfterMs(answer.headers))
  }
  if (status < 200 || status > 299) throw new ExchangeError('refused', `status ${status}: ${shownText(answer)}`)
  if (answer.cut === 'size') throw new ExchangeError('unreadable', 'the page is larger than 64 MiB')
  if (answer.cut !== null) throw new ExchangeError('wait', 'the answer was cut off')
  return answer
}

/** The body as UTF-8. @throws ExchangeError `unreadable` where it is none */
export function textOf(answer: OutgoingAnswer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(answer.body)
  } catch {
    throw new ExchangeError('unreadable', 'the answer is not UTF-8')
  }
}

/** The first characters of an answer, on one line. */
export function shownText(answer: OutgoingAnswer): string {
  const text = new TextDecoder().decode(answer.body.subarray(0, 4 * SHOWN))
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, SHOWN)
}

/** `Retry-After` in milliseconds: a number of seconds, or a date, which is read by the clock of whoever wrote it. */
export function retryAfterMs(headers: OutgoingAnswer['headers']): number | undefined {
  const { 'retry-after': after, date } = headers
  if (after === undefined) return undefined
  if (/^\d{1,9}$/.test(after.trim())) return Number(after) * 1_000
  const ms = Date.parse(after) - Date.parse(date ?? '')
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
