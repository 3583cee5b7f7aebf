import { quantile } from '../lib/machine.ts'
import { ENGINES, type EngineName, type FoundIn, type Question, type Searcher } from './engine.ts'
import { engines } from './engines/all.ts'
import { wordsOf } from './words.ts'

// A side of the comparison, in a process of its own: asked over its channel, one question at a time.

const name = ENGINES.find((one) => one === process.argv[2])
if (name === undefined) throw new Error(`expected one of ${ENGINES.join(', ')}`)
const SLICE = 16
let searcher: Searcher | undefined

process.on('message', (question: Question) => process.send?.(answer(question, name)))
process.on('disconnect', () => process.exit(0))
process.send?.('ready')

function answer(question: Question, engine: EngineName): number | readonly FoundIn[] {
  if (question.ask === 'load') {
    const { terms } = wordsOf(question.terms)
    const began = performance.now()
    searcher = engines[engine].load(terms)
    return performance.now() - began
  }
  if (searcher === undefined) throw new Error('a side is asked before it has terms')
  switch (question.ask) {
    case 'found':
      return question.texts.map((text) => foundIn(text))
    case 'perSecond':
      return perSecond(searcher, question)
    case 'p99Ms':
      return p99Ms(searcher, question)
  }
}

function foundIn(text: string): FoundIn {
  const places = searcher?.places(text)
  return { any: searcher?.search(text) === true, places: places === undefined ? null : [...places].sort() }
}

/** Texts per second of processor time: what else the machine does is nobody's loss. */
function perSecond(side: Searcher, { texts, ms }: { texts: readonly string[]; ms: number }): number {
  const began = cpuMs()
  const until = performance.now() + ms
  let count = 0
  do {
    for (const next = count + SLICE; count < next; count += 1) side.search(texts[count % texts.length] ?? '')
  } while (performance.now() < until)
  return (count * 1_000) / (cpuMs() - began)
}

function p99Ms(side: Searcher, { texts, ms }: { texts: readonly string[]; ms: number }): number {
  const times: number[] = []
  const until = performance.now() + ms
  for (let at = 0; performance.now() < until; at += 1) {
    // By the clock: processor time is counted in steps that are longer than a search.
    const began = performance.now()
    side.search(texts[at % texts.length] ?? '')
    times.push(performance.now() - began)
  }
  return quantile(times, 0.99)
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
