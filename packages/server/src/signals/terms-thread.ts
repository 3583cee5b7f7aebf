import { parentPort } from 'node:worker_threads'
import { matcherHere, type NumberedTerm } from './terms.ts'
import type { TermFacts, ToTermThread } from './terms-messages.ts'

// The thread that compiles the terms of all lists, once. What it answers is an image in memory that both threads share: nothing is copied.

const lists: { facts: TermFacts; terms: NumberedTerm[] }[] = []

parentPort?.on('message', (message: ToTermThread) => {
  switch (message.do) {
    case 'list':
      lists.push({ facts: message.list, terms: [] })
      return
    case 'terms':
      lists.at(-1)?.terms.push(...message.terms)
      return
    case 'build': {
      const image = matcherHere(lists).image()
      const shared = new Uint8Array(new SharedArrayBuffer(image.byteLength))
      shared.set(image)
      parentPort?.postMessage(shared)
    }
  }
})
