import { type Html, html } from '../http/html.ts'
import { languageText, type Messages } from './messages/index.ts'

/** Words that somebody wrote for the reader. Where they are in another language than the page, the page says so first, in its own. */
export function passage(
  words: Messages,
  { language, text }: { readonly language: string; readonly text: string },
): Html {
  return html`${language !== words.language && html`<p class="quiet">${words.onlyIn(languageText(words, language))}</p>`}
<blockquote lang="${language}" dir="auto">${text}</blockquote>`
}
