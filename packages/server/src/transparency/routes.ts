import { getLog, getReceipt, recheckLog, reopenLog } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { may } from '../http/may.ts'
import type { Principal } from '../http/principal.ts'
import { type Route, route } from '../http/route.ts'
import type { ReceiptState } from './receipts.ts'
import type { Transparency } from './transparency.ts'

/** The calls for the platform and for staff. What everyone may read is in `public-log.ts`. */
export function routesOf(ledger: Transparency): Route[] {
  return [
    route(getLog, async () => ({
      body: { items: [...(await ledger.states()).logs], verifyCommand: verifyCommand(ledger.config.url) },
    })),
    route(recheckLog, async ({ body }) => ({ body: await ledger.recheck(body.log, body.moved === true) })),
    route(reopenLog, async ({ body }) => ({ body: await ledger.reopen(body.log) })),
    route(getReceipt, async ({ params, who, touch, now }) => {
      const state = await ledger.receiptOf(params.record, who.kind === 'key' ? 'person' : 'staff', now)
      const ruling = 'by' in state ? may(who, 'receipts.read', { own: isOwn(state, who) }, touch, now) : undefined
      if (ruling?.ok === false) throw new AppError(ruling.code, 'You may read receipts of acts that were your own.')
      return answerOf(state, params.record)
    }),
  ]
}

/** What an outsider types to check the whole log. */
export function verifyCommand(url: string): string {
  return `lamplighter ledger verify ${url}`
}

function isOwn(state: ReceiptState, who: Principal): boolean {
  return 'by' in state && who.kind === 'staff' && state.by === `R-${who.number}`
}

/** A receipt as a file, or why there is none (ledger.md §7). The notice page answers with the same. */
export function answerOf(state: ReceiptState, record: string): Response {
  switch (state.state) {
    case 'ready':
      return new Response(state.file, {
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'content-disposition': `attachment; filename="${record}.tlog-proof"`,
          'lamplighter-witnessed': state.witnessed ? 'yes' : 'no',
        },
      })
    case 'pending':
      return Response.json(state.recorded, { status: 202 })
    case 'unknown':
      throw new AppError('record_unknown', 'There is no record with this number.')
    case 'not_yet':
      throw new AppError('not_yet', 'The receipt of this record may not be shown yet.')
    case 'destroyed':
      throw new AppError('opening_destroyed', destroyedWords(state.erasure))
  }
}

function destroyedWords(erasure: number | null): string {
  const entry = erasure === null ? 'an entry that follows' : `entry ${erasure}`
  return `The content of this record was destroyed, as ${entry} of the log says. Its commitment stays.`
}
