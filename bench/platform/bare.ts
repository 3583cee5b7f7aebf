import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// What everything else is compared with: a handler that reads a body, parses it and answers. Nothing is checked, nothing is kept.

const server = createServer(async (request, answer) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const lines = request.headers['content-type'] === 'application/x-ndjson'
  const events = lines
    ? text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : [JSON.parse(text)]
  answer.writeHead(202, { 'content-type': 'application/json' })
  answer.end(JSON.stringify({ accepted: events.length, rejected: 0, results: [] }))
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys: ['none'] })
})
process.on('disconnect', () => process.exit())
