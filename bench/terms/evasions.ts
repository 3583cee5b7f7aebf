import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { compileTerms, type Term, type TermMatcher, type ViewName } from '../../packages/matching/src/index.ts'
import type { Row } from '../lib/row.ts'

const FOLDER = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'text')
const DISGUISES: ReadonlySet<ViewName> = new Set(['leet', 'joined', 'collapsed', 'decoded'])
/** What is clean in these sets: four languages. Their other rows hold disguised words, which are meant to be found. */
const CLEAN: Readonly<Record<string, string>> = {
  sms: 'ham',
  mhc_de: 'non-hateful',
  mhc_es: 'non-hateful',
  mhc_fr: 'non-hateful',
}
/** The list marks other ways to write a word by signs of its own; those entries are no words. */
const WORDS = /^[\p{L} ]+$/u

interface RowOfSet {
  readonly family?: string
  readonly term?: string
  readonly text: string
  readonly label: string
  readonly except?: readonly string[]
}

/** What of disguised words is found, and how often clean text is misread as a disguised one. */
export async function caught(): Promise<Row[]> {
  if (!existsSync(FOLDER)) {
    const row = { id: 'W-8', measure: 'evasion families; false joins', needed: '–', met: undefined }
    return [{ ...row, found: `not run: no data at ${FOLDER}; LAMPLIGHTER_CONFORMANCE names it` }]
  }
  return [evasions(), falseJoins()]
}

function evasions(): Row {
  const rows = rowsOf('evasion').filter(({ label }) => label === 'hit')
  const words = [...new Set(rows.flatMap(({ term }) => term ?? []))]
  const matcher = matcherOf(words.map((text) => ({ id: text, text, close: true })))
  const families = Map.groupBy(rows, ({ family = '' }) => family)
  families.delete('plain')
  const shares = [...families].map(([family, all]) => {
    const hits = all.filter(({ text, term }) => matcher.match(text).some((match) => match.term === term))
    return { family, share: hits.length / all.length }
  })
  const mean = shares.reduce((sum, { share }) => sum + share, 0) / shares.length
  const worst = shares.reduce((low, one) => (one.share < low.share ? one : low))
  return {
    id: 'W-8',
    measure: `found of disguised words, ${families.size} families: mean; worst`,
    needed: '≥ 97 %; ≥ 80 %',
    found: `${percent(mean)}; ${percent(worst.share)} (${worst.family})`,
    met: mean >= 0.97 && worst.share >= 0.8,
  }
}

/** A hit in a disguise view or by a near word, without a hit of that term in what was written. */
function falseJoins(): Row {
  const terms = rowsOf('profanity_en').flatMap(({ text, except }, at) =>
    text
      .split('|')
      .filter((word) => WORDS.test(word))
      .map((word, part) => ({ id: `${at}.${part}`, text: word, ...(except && { except }) })),
  )
  const matcher = matcherOf(terms)
  const texts = Object.entries(CLEAN).flatMap(([name, clean]) => rowsOf(name).filter(({ label }) => label === clean))
  const wrong = texts.reduce((sum, { text }) => sum + Number(hasFalseJoin(matcher, text)), 0)
  const per = (wrong * 10_000) / texts.length
  return {
    id: 'W-9',
    measure: `false joins in 10,000 clean messages of ${Object.keys(CLEAN).join(', ')}; ${matcher.terms} terms`,
    needed: '≤ 1',
    found: `${per.toFixed(1)} (${wrong} of ${texts.length.toLocaleString('en')})`,
    met: per <= 1,
  }
}

function hasFalseJoin(matcher: TermMatcher, text: string): boolean {
  const matches = matcher.match(text)
  const written = new Set(
    matches.flatMap(({ term, view, how }) => (how === 'exact' && !DISGUISES.has(view) ? term : [])),
  )
  return matches.some(({ term, view, how }) => (how === 'close' || DISGUISES.has(view)) && !written.has(term))
}

function matcherOf(terms: readonly Term[]): TermMatcher {
  return compileTerms([{ id: 'words', version: 1, use: 'evidence', sealed: false, terms }]).matcher
}

function rowsOf(name: string): readonly RowOfSet[] {
  const lines = gunzipSync(readFileSync(join(FOLDER, `${name}.jsonl.gz`))).toString()
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
