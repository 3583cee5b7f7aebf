import type { NoticeView } from '../actions/index.ts'
import { foreign, type Html, html } from '../http/html.ts'
import { dateText, type Messages } from './messages/index.ts'
import { passage } from './passage.ts'

/** The statement of reasons as the person reads it (DSA Art. 17(3)): what, why, who, where, how long, and what can be done about it. */
export function noticeMain(parts: {
  readonly words: Messages
  readonly view: NoticeView
  readonly token: string
  readonly platform: string
  readonly now: number
}): Html {
  const { view, token } = parts
  const words = parts.words.notice
  const { content } = view
  // The policy has its name in the language in which the reason was first written.
  const statement = statementIn(parts.words.language, content.statement)
  return html`<p class="quiet">${words.decidedOn(dateText(parts.words, view.createdAt))}</p>
${view.isWithdrawn && html`<p class="problem">${words.withdrawn}</p>`}
<h2>${words.what}</h2>
<ul>${content.effects.map((effect) => html`<li>${effectText(words, effect)}</li>`)}</ul>
<h2>${words.why}</h2>
<p><strong>${words.rule}:</strong> <bdi lang="${content.statement.language}">${content.policy.name}</bdi> (${foreign(
    content.policy.id,
  )})${content.rule !== undefined && html` · ${foreign(content.rule)}`}</p>
<p><strong>${words.facts}:</strong> ${known(words.factsOf, content.facts) ?? foreign(content.facts)}</p>
<h3>${words.statement}</h3>
${passage(parts.words, statement)}
<h2>${words.who}</h2>
<p>${content.automated ? words.byMachine : words.byPerson} ${content.foundBy !== undefined && words.foundBy[content.foundBy]}</p>
<h2>${words.where}</h2>
<p>${words.onPlatform(parts.platform)} ${
    content.until === null ? words.noEnd : words.until(dateText(parts.words, content.until))
  }</p>
<h2>${words.disagree}</h2>
${appealPart(parts)}
<p>${words.outOfCourt}</p>
<p>${words.court}</p>
<h2>${words.receipt}</h2>
<p>${words.receiptText(commitmentStart(view.commitment))}</p>
<p><a href="/n/${token}/receipt">${words.download}</a></p>`
}

/** The reason in the reader's language, where whoever wrote it gave one; else as it was written. */
function statementIn(
  language: string,
  statement: NoticeView['content']['statement'],
): { language: string; text: string } {
  const text = known(statement.translations ?? {}, language)
  return text === undefined || language === statement.language ? statement : { language, text }
}

function effectText(words: Messages['notice'], effect: string): string | Html {
  const capability = /^limit (\S+)$/.exec(effect)?.[1]
  if (capability === undefined) return known(words.effects, effect) ?? foreign(effect)
  return words.limited(known(words.capabilities, capability) ?? capability.replaceAll('_', ' '))
}

const known = (words: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined

function appealPart(parts: { words: Messages; view: NoticeView; token: string; now: number }): Html {
  const { words, view, token } = parts
  const link = html`<p><a href="/n/${token}/appeal?lang=${words.language}">${words.notice.appealLink}</a></p>`
  if (view.appeal !== null) {
    const { receivedAt, decided } = view.appeal
    const state =
      decided === null
        ? words.appeal.received(dateText(words, receivedAt))
        : words.appeal.decided(dateText(words, decided.at))
    return html`<p>${state}</p>${link}`
  }
  if (view.isWithdrawn) return html``
  const until = dateText(words, view.appealUntil)
  if (view.appealUntil < parts.now) return html`<p>${words.notice.appealOver(until)}</p>`
  return html`<p>${words.notice.appealBy(until)}</p>${link}`
}

/** What a reader compares with the receipt: twelve characters are enough to find it, and short enough to read aloud. */
export const commitmentStart = (commitment: string): string => commitment.slice(0, 12)
