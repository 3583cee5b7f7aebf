import { accepted, textOf } from './answers.ts'
import { type Ask, ExchangeError, type Push, type Pushed, type Pushes, type PushReason } from './source.ts'
import { parseXml } from './xml.ts'

export const NCMEC_NAMESPACE = 'https://hashsharing.ncmec.org/hashsharing/v2'

/** Ids of reasons are NCMEC's own; free text is never sent. */
const REASON = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** What is told to NCMEC: affirmative or negative feedback on one fingerprint. A second one takes the place of the first, so it may be sent again. */
export function ncmecPushes(to: { readonly root: string; readonly headers: Readonly<Record<string, string>> }): Pushes {
  return {
    isRepeatable: () => true,
    send: (push, ask) => send(to, push, ask),
    async reasons({ value }, ask) {
      const url = `${to.root}/v2/feedback/${fingerprintOf(value)}/reasons`
      const answer = accepted(await ask({ method: 'GET', url, headers: to.headers }))
      const { children } = parseXml(textOf(answer), 'availableFeedbackReasons', NCMEC_NAMESPACE)
      return children.flatMap(({ attributes: { guid = '', name = '' } }): PushReason[] =>
        REASON.test(guid) ? [{ id: guid, name: name.slice(0, 200) }] : [],
      )
    },
  }
}

async function send(
  { root, headers }: { readonly root: string; readonly headers: Readonly<Record<string, string>> },
  push: Push,
  ask: Ask,
): Promise<Pushed> {
  if (push.act !== 'say') {
    throw new ExchangeError('refused', 'NCMEC publishes no way to take feedback back or to hand hashes in; write to it')
  }
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<feedbackSubmission xmlns="${NCMEC_NAMESPACE}">${opinionOf(push)}</feedbackSubmission>`
  const url = `${root}/v2/entries/${push.about.sourceId}/${fingerprintOf(push.about.value)}/feedback`
  const type = { 'content-type': 'application/xml; charset=utf-8' }
  accepted(await ask({ method: 'PUT', url, headers: { ...headers, ...type }, body }))
  return { state: 'done' }
}

function opinionOf({ says, reasonId }: Extract<Push, { act: 'say' }>): string {
  switch (says) {
    case 'upheld':
      return '<affirmative/>'
    case 'rejected':
      if (reasonId === undefined || !REASON.test(reasonId))
        throw new ExchangeError('refused', 'negative feedback needs the id of one of NCMEC’s reasons')
      return `<negative><reasonIds><guid>${reasonId}</guid></reasonIds></negative>`
    case 'waiting':
      throw new ExchangeError('refused', 'NCMEC hears of an opinion when there is one')
  }
}

/** The fingerprint's name in NCMEC's addresses. */
function fingerprintOf(value: string): string {
  const name = { 32: 'MD5', 40: 'SHA1', 64: 'PDQ' }[value.length]
  if (name === undefined) throw new ExchangeError('refused', 'expected an MD5, a SHA-1 or a PDQ')
  return name
}
