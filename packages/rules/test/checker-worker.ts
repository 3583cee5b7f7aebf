import { parentPort } from 'node:worker_threads'
import { shipped } from './files.ts'
import { Mutator } from './mutator.ts'
import { Steps } from './steps.ts'
import { survive } from './survive.ts'

// The checker in a thread of its own: what hangs there can be ended from outside, and is then a failed test instead of a test run that
// never ends. It is asked one thing at a time.

export type Question =
  | { readonly ask: 'one'; readonly text: string; readonly counted: boolean }
  | { readonly ask: 'mutated'; readonly seed: number; readonly count: number; readonly counted: boolean }

export type Answer =
  | { readonly failed: string; readonly text: string }
  | {
      readonly accepted: number
      /** Steps of the dearest file for each of its characters, and in all; 0 where they were not counted. */
      readonly dearest: { readonly perCharacter: number; readonly steps: number; readonly text: string }
    }

/** Processor time above which a file's steps are counted, too. */
const SLOW_MS = 100

// A parser that goes on after a mistake throws thousands of times; nobody reads where.
if (process.env.LAMPLIGHTER_DEEP === '1') Error.stackTraceLimit = 0

const CHECKER = /packages\/rules\/src\/(?!testing\/)/

parentPort?.on('message', (question: Question) => parentPort?.postMessage(answer(question)))

function answer(question: Question): Answer {
  if (question.ask === 'one')
    return look([question.text], { counted: question.counted, slowMs: Number.POSITIVE_INFINITY })
  const wholes = ['core.wick', 'starter.wick'].map((name) => shipped(name).text)
  const mutator = new Mutator(wholes, question.seed)
  const texts = Array.from({ length: question.count }, () => mutator.next())
  return look(texts, { counted: question.counted, slowMs: SLOW_MS })
}

function look(texts: readonly string[], { counted, slowMs }: { counted: boolean; slowMs: number }): Answer {
  let accepted = 0
  let dearest = { perCharacter: 0, steps: 0, text: '' }
  for (const text of texts) {
    try {
      const began = cpuMs()
      let steps = 0
      if (counted) steps = stepsOf(text)
      else {
        if (survive(text)) accepted += 1
        if (cpuMs() - began > slowMs) steps = stepsOf(text)
      }
      const perCharacter = steps / text.length
      if (perCharacter > dearest.perCharacter) dearest = { perCharacter, steps, text }
    } catch (error) {
      return { failed: error instanceof Error ? `${error.stack}` : String(error), text }
    }
  }
  return { accepted, dearest }
}

function stepsOf(text: string): number {
  const steps = new Steps(CHECKER)
  try {
    return steps.of(() => survive(text))
  } finally {
    steps.close()
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
