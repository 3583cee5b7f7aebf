import { type Pool, UNIT, type View, ViewBuilder } from './view.ts'

const TOKEN = /[\p{L}\p{N}\p{M}]+/gu
const STRETCHED = /(.)\1\1/u
const RUN = /(.)\1*/gu

/** Stretched words: in a token with one letter three times or more in a row, every run becomes one letter. */
export function collapsedView(joined: View, pool?: Pool): View {
  const view = new ViewBuilder('collapsed', joined.text.length, pool)
  let at = 0
  for (const { 0: token, index } of joined.text.matchAll(TOKEN)) {
    if (!STRETCHED.test(token)) continue
    for (; at < index; at += 1) view.copy(joined, at)
    for (const { 0: run, 1: letter = '' } of token.matchAll(RUN)) {
      addRun(view, joined, { at, run, letter })
      at += run.length
    }
  }
  for (; at < joined.text.length; at += 1) view.copy(joined, at)
  return view.done()
}

function addRun(
  view: ViewBuilder,
  joined: View,
  { at, run, letter }: { at: number; run: string; letter: string },
): void {
  if (run.length === letter.length) {
    for (let i = 0; i < letter.length; i += 1) view.copy(joined, at + i)
    return
  }
  const last = at + run.length - 1
  const from = Math.min(joined.from[at] ?? 0, joined.from[last] ?? 0)
  const to = Math.max(joined.to[at] ?? 0, joined.to[last] ?? 0)
  view.add(letter, from, to, ((joined.marks[at] ?? 0) & ~UNIT.changed) | UNIT.changed)
}

/** A term as it reads once every run is one letter. */
export function collapsedTerm(text: string): string {
  return text.replace(/([\p{L}\p{N}\p{M}])\1+/gu, '$1')
}
