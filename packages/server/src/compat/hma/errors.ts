import { statusOf } from '@lamplighter/api'
import type { AppError } from '../../http/errors.ts'

/** The statuses that HMA's clients know, for each of ours. */
const STATUS: Readonly<Record<number, number>> = {
  401: 403,
  409: 400,
  410: 404,
  415: 400,
  422: 400,
  428: 400,
  429: 503,
}

/** A refusal as HMA tells it: `{"message"}`. What is not known is 503, never an empty answer. */
export function refuse(error: AppError): Response {
  const status = statusOf(error.code)
  const faults = error.extra.errors?.map(({ pointer, detail }) => `${pointer}: ${detail}`) ?? []
  const message = [error.message, ...faults].join(' ')
  return new Response(JSON.stringify({ message }), {
    status: STATUS[status] ?? status,
    headers: {
      'content-type': 'application/json',
      ...(error.extra.retryAfterS !== undefined && {
        'retry-after': String(Math.max(1, Math.ceil(error.extra.retryAfterS))),
      }),
    },
  })
}
