import type { Question } from './questions.ts'
import { makeWork } from './work.ts'

/** The checker beside the page. One question after another; an answer carries the number of its question. */
const work = makeWork()

addEventListener('message', ({ data }: MessageEvent<{ number: number; question: Question }>) => {
  const { number, question } = data
  try {
    postMessage({ number, answer: work(question) })
  } catch (error) {
    // A fault of ours; the page says that it does not know, instead of waiting for ever.
    postMessage({ number, failed: error instanceof Error ? error.message : String(error) })
  }
})
