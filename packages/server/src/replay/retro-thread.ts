import { parentPort, workerData } from 'node:worker_threads'
import { opened } from './backtest.ts'
import type { FromRetro, RetroErrand, ToRetro } from './messages.ts'
import { Search } from './search.ts'
import { versionOf } from './version.ts'

// The thread of one retro: it is given the chunks of the open segment and says on which events the version fires. It writes nothing.

const { version, sought } = workerData as RetroErrand
const search = new Search(versionOf(version), sought)

const tell = (message: FromRetro): void => parentPort?.postMessage(message)

parentPort?.on('message', (message: ToRetro) => {
  if (message.do === 'end') tell({ did: 'end', counted: search.end() })
  else tell({ did: 'chunks', hits: message.chunks.flatMap((chunk) => search.take(opened(chunk))) })
})
