import { lookalike } from './lookalikes.ts'
import { UNIT, type View, ViewBuilder } from './view.ts'

const TOKEN = /[\p{L}\p{N}\p{M}']+/gu
const SCRIPTS = ['Cyrillic', 'Greek', 'Armenian', 'Cherokee'] as const
const SCRIPT = SCRIPTS.map((name) => new RegExp(`\\p{Script=${name}}`, 'gu'))

/**
 * Letters that look like Latin ones, made Latin, token by token. A token wholly in one other script is left alone where at
 * least half of the text's letters are of that script: it is then simply a word of that language.
 *
 * @param original the text itself: what a capital looks like is decided by the capital
 */
export function skeletonView(folded: View, original: string): View {
  const view = new ViewBuilder('skeleton')
  const spared = sparedScripts(folded.text)
  let at = 0
  for (const { 0: token, index } of folded.text.matchAll(TOKEN)) {
    for (; at < index; at += 1) view.copy(folded, at)
    const end = index + token.length
    if (isWordOf(token, spared)) for (; at < end; at += 1) view.copy(folded, at)
    else at = addToken(view, folded, { at, end, original })
  }
  for (; at < folded.text.length; at += 1) view.copy(folded, at)
  return view.done()
}

function addToken(view: ViewBuilder, folded: View, token: { at: number; end: number; original: string }): number {
  let { at } = token
  while (at < token.end) {
    const letter = String.fromCodePoint(folded.text.codePointAt(at) ?? 0)
    const latin = letter < '\x80' ? undefined : lookalike(letter, wasCapital(folded, at, token.original))
    if (latin === undefined) for (let i = 0; i < letter.length; i += 1) view.copy(folded, at + i)
    else view.add(latin, folded.from[at] ?? 0, folded.to[at] ?? 0, UNIT.changed)
    at += letter.length
  }
  return at
}

function wasCapital(view: View, at: number, original: string): boolean {
  const shown = original.slice(view.from[at], view.to[at])
  return shown !== shown.toLowerCase()
}

/** Scripts that at least half of the letters are of. */
function sparedScripts(text: string): readonly RegExp[] {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return SCRIPT.filter((script) => 2 * (text.match(script)?.length ?? 0) >= letters && letters > 0)
}

function isWordOf(token: string, scripts: readonly RegExp[]): boolean {
  const letters = token.match(/\p{L}/gu)?.length ?? 0
  return scripts.some((script) => token.match(script)?.length === letters)
}
