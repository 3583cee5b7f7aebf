import type { AppealView } from '../actions/index.ts'
import { type Html, html } from '../http/html.ts'
import { dateText, type Messages } from './messages/index.ts'
import { passage } from './passage.ts'

export const longestAppeal = 8_000

export type FormProblem = 'empty' | 'tooLong' | 'again'

/** The form: one text and a one-time number. What was typed comes back with a problem. */
export function appealForm(parts: {
  readonly words: Messages
  readonly token: string
  readonly number: string
  readonly text: string
  readonly problem: FormProblem | null
}): Html {
  const { words, token, number, text, problem } = parts
  return html`${problem !== null && html`<p class="problem" role="alert">${words.appeal[problem]}</p>`}
<p>${words.appeal.someoneElse}</p>
<form method="post" action="/n/${token}/appeal?lang=${words.language}">
<input type="hidden" name="number" value="${number}">
<label for="text">${words.appeal.text}</label>
<textarea id="text" name="text" rows="10" maxlength="${longestAppeal}" required dir="auto">${text}</textarea>
<p><button type="submit">${words.appeal.send}</button></p>
</form>
<p><a href="/n/${token}?lang=${words.language}">${words.appeal.back}</a></p>`
}

/** How the appeal stands and, once decided, the answer in words. Who decided is not said. */
export function appealState(parts: {
  readonly words: Messages
  readonly token: string
  readonly appeal: AppealView
}): Html {
  const { words, token, appeal } = parts
  return html`<p>${words.appeal.received(dateText(words, appeal.receivedAt))}</p>
${appeal.decided === null ? html`<p>${words.appeal.waiting}</p>` : answer(words, appeal.decided)}
<h2>${words.appeal.yours}</h2>
<blockquote dir="auto">${appeal.text}</blockquote>
<p><a href="/n/${token}?lang=${words.language}">${words.appeal.toNotice}</a></p>`
}

function answer(words: Messages, decided: NonNullable<AppealView['decided']>): Html {
  return html`<p>${words.appeal.decided(dateText(words, decided.at))}</p>
<p><strong>${words.appeal.outcome[decided.outcome]}</strong></p>
<h2>${words.appeal.reasons}</h2>
${passage(words, decided.reasons)}`
}
