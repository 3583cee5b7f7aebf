import { parentPort, workerData } from 'node:worker_threads'
import { opened, SegmentRun } from './backtest.ts'
import type { Errand, FromThread, ToThread } from './messages.ts'
import { versionOf } from './version.ts'

// The thread of one backtest: it is given chunks and says what it found when a segment ends. It reads nothing else and writes nothing.

const { mine, theirs, from, to } = workerData as Errand
const compared = { mine: versionOf(mine), theirs: versionOf(theirs) }
let run = new SegmentRun(compared, { from, to })

const tell = (message: FromThread): void => parentPort?.postMessage(message)

parentPort?.on('message', (message: ToThread) => {
  if (message.do === 'end') {
    tell({ did: 'end', ...run.end() })
    run = new SegmentRun(compared, { from, to })
    return
  }
  for (const chunk of message.chunks) run.take(opened(chunk))
  tell({ did: 'chunks' })
})
