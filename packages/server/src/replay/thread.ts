import { parentPort, workerData } from 'node:worker_threads'
import { opened, SegmentRun } from './backtest.ts'
import type { Errand, FromThread, ToThread } from './messages.ts'
import { versionOf } from './version.ts'

// The thread of one backtest: it is given chunks and says what it found when a segment ends. It reads nothing else and writes nothing.

const { mine, theirs, span } = workerData as Errand
const compared = { mine: versionOf(mine), theirs: versionOf(theirs) }
let run: SegmentRun | undefined

const tell = (message: FromThread): void => parentPort?.postMessage(message)

parentPort?.on('message', (message: ToThread) => {
  if (message.do === 'begin') {
    run = new SegmentRun(compared, span, message)
    tell({ did: 'begin' })
    return
  }
  if (run === undefined) throw new TypeError('a segment has to begin first')
  if (message.do === 'end') {
    tell({ did: 'end', ...run.end() })
    return
  }
  for (const chunk of message.chunks) run.take(opened(chunk))
  tell({ did: 'chunks' })
})
