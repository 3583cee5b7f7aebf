import { renameSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { loadConfig } from '../../http/config.ts'
import { operatorSocket } from '../../http/server.ts'

/** Of calls that ask about files so many go through; of those after them so many are refused, or all of them hung up on. */
export interface Door {
  readonly let: number
  readonly refuse: number | 'hang_up'
}

/** Runs `use` while a door stands before the socket of the server that runs: it has no time for some calls, as a server under load. */
export async function behindDoor<T>(folder: string, door: Door, use: () => Promise<T>): Promise<T> {
  const socket = operatorSocket(loadConfig({ env: {}, folder }).config.data)
  const behind = `${socket}2`
  renameSync(socket, behind)
  let seen = 0
  const server = createServer((asked, answer) => {
    if (asked.url?.startsWith('/v1/match') === true) seen += 1
    const refused = seen - door.let
    if (asked.url?.startsWith('/v1/match') === true && refused > 0) {
      if (door.refuse === 'hang_up') {
        asked.socket.destroy()
        return
      }
      if (refused <= door.refuse) {
        asked.resume()
        const problem = { code: 'overloaded', detail: 'Too many files at once. Send it again.' }
        answer.writeHead(503, { 'retry-after': '1', 'content-type': 'application/problem+json' })
        answer.end(JSON.stringify(problem))
        return
      }
    }
    const passed = request(
      { socketPath: behind, method: asked.method, path: asked.url, headers: asked.headers },
      (came) => {
        answer.writeHead(came.statusCode ?? 500, came.headers)
        came.pipe(answer)
      },
    )
    asked.pipe(passed)
  })
  await new Promise<void>((listening) => server.listen(socket, listening))
  try {
    return await use()
  } finally {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
    renameSync(behind, socket)
  }
}
