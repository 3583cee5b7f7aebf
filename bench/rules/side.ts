import { quantile } from '../lib/machine.ts'
import type { Engine, Loaded } from './engine.ts'
import { celJs } from './engines/cel-js.ts'
import { jsonLogic } from './engines/json-logic.ts'
import { jsonRules } from './engines/json-rules.ts'
import { sqrl } from './engines/sqrl.ts'
import { sqrlCounting, sqrlRedis } from './engines/sqrl-counting.ts'
import { wick } from './engines/wick.ts'
import { wickCounting, wickDurable, wickLarge } from './engines/wick-counting.ts'
import { EVENTS, eventsOf, rulesOf } from './generate.ts'
import type { EngineName, Question } from './question.ts'

// An engine as a side of the comparison: `node side.ts <engine>`, then a question and an answer at a time.

const engines: Readonly<Record<EngineName, Engine>> = {
  wick,
  sqrl,
  celJs,
  jsonLogic,
  jsonRules,
  wickCounting,
  wickLarge,
  wickDurable,
  sqrlCounting,
  sqrlRedis,
}
const engine = engines[process.argv[2] as EngineName]
const events = eventsOf(EVENTS)
const loaded = new Map<number, Promise<Loaded>>()
/** How far a side that counts has come. */
let counted = 0
/** Between two looks at the clock. */
const SLICE = 50

process.on('disconnect', () => process.exit())
process.on('message', async (question: Question) => process.send?.(await answer(question)))
process.send?.('ready')

function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'decisions':
      return decisions(question.rules, question.events, question.inFlight ?? 1)
    case 'perSecond':
      return perSecond(question.rules, question.ms)
    case 'perSecondByClock':
      return perSecondByClock(question)
    case 'p99Ms':
      return p99Ms(question.rules, question.ms)
    case 'loadMs':
      return loadMs(question.rules)
  }
}

function withRules(count: number): Promise<Loaded> {
  const known = loaded.get(count) ?? engine.load(rulesOf(count), events)
  loaded.set(count, known)
  return known
}

/** The rules that fired, event by event. */
async function decisions(rules: number, count: number, inFlight: number): Promise<string[]> {
  const judge = await withRules(rules)
  const found: string[] = []
  let next = 0
  await together(inFlight, async () => {
    while (next < count) {
      const event = next++
      found[event] = [...(await judge.decide(event))].sort().join(' ')
    }
  })
  counted = Math.max(counted, count)
  return found
}

/** So many events in flight, the next one handed in as soon as one is answered. By the clock: what waits for a disk costs no processor time. */
async function perSecondByClock(question: Extract<Question, { ask: 'perSecondByClock' }>): Promise<number> {
  const judge = await withRules(question.rules)
  const began = performance.now()
  const until = began + question.ms
  let answered = 0
  await together(question.inFlight, async () => {
    while (performance.now() < until) {
      await judge.decide(counted++)
      answered += 1
    }
  })
  return answered / ((performance.now() - began) / 1_000)
}

/** Callers who begin in turn, each handing in one event after another. */
async function together(callers: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: callers }, work))
}

/** One event at a time, over and over. Counted by processor time of all threads, so that what else the machine does is nobody's loss. */
async function perSecond(rules: number, ms: number): Promise<number> {
  const judge = await withRules(rules)
  // Asking for processor time costs as much as several events: once before and once after.
  const began = cpuMs()
  const until = performance.now() + ms
  let count = 0
  do {
    for (const next = count + SLICE; count < next; count += 1) {
      const decision = judge.decide(judge.goesOn ? counted++ : count % EVENTS)
      if (decision instanceof Promise) await decision
    }
  } while (performance.now() < until)
  return count / ((cpuMs() - began) / 1_000)
}

async function p99Ms(rules: number, ms: number): Promise<number> {
  const judge = await withRules(rules)
  const times: number[] = []
  const until = performance.now() + ms
  for (let event = 0; performance.now() < until; event += 1) {
    const began = performance.now()
    await judge.decide(judge.goesOn ? counted++ : event % EVENTS)
    times.push(performance.now() - began)
  }
  return quantile(times, 0.99)
}

/** To read, check and compile the rules. */
async function loadMs(rules: number): Promise<number> {
  const neutral = rulesOf(rules)
  const began = performance.now()
  await engine.load(neutral, [])
  return performance.now() - began
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
