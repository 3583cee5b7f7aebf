/**
 * A made-up server for looking at the console while writing it: `node packages/console/dev/server.ts [port]`.
 * Serves `dist/` with the real content security policy and answers the calls that the pages make; every answer is checked
 * against the contract. It is never shipped and no test of behaviour relies on it.
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import {
  type CaseJson,
  CaseJson as CaseShape,
  type Code,
  claimCase,
  claimNext,
  codes,
  decideBody,
  decideCase,
  isCode,
  makeReveal,
  type Role,
  roles,
  skipCase,
  undoDecision,
} from '@lamplighter/api'
import { caseAt, lanesAt } from './cases.ts'
import { id, meAs } from './people.ts'
import { hatchedTile } from './picture.ts'
import { deliveriesAt, settingsAt } from './settings.ts'

const dist = join(import.meta.dirname, '../dist')
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; frame-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lamplighter-worker"
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
const recorded = { record: 'rec1', commitment: 'c0ffee', promise: null }

interface Told {
  status: number
  body: unknown
}
const ok = (body: unknown, status = 200): Told => ({ status, body })
const refuse = (code: Code, detail: string): Told => ({
  status: codes[code][0],
  body: { type: 'about:blank', title: codes[code][1], status: codes[code][0], code, detail, instance: 'req-4f2a91' },
})

/** One made-up installation. `mood` changes how it answers: empty, failing, signed out. */
export function harbour() {
  const cases = new Map<number, CaseJson>()
  const decisions = new Map<string, { number: number; before: CaseJson }>()
  const renditions = new Map<string, Buffer>()
  const streams = new Set<ServerResponse>()
  const seen: string[] = []
  let role: Role | 'all' = 'all'
  let mood: 'data' | 'empty' | Code = 'data'
  let count = 0

  const caseOf = (number: number): CaseJson => {
    const found = cases.get(number) ?? caseAt(number, Date.now())
    cases.set(number, found)
    return found
  }
  const claim = (number: number): CaseJson => {
    const until = Date.now() + 600_000
    const next: CaseJson = { ...caseOf(number), state: 'claimed', claim: { by: 'R-7', mine: true, until } }
    cases.set(number, next)
    return next
  }
  const tell = (name: string) => {
    for (const stream of streams) stream.write(`data: ${name}\n\n`)
  }
  const decide = (number: number, words: string): Told => {
    count += 1
    const decision = id('dec', count)
    const before = caseOf(number)
    const undoUntil = Date.now() + 10_000
    decisions.set(decision, { number, before })
    cases.set(number, {
      ...before,
      state: 'decided',
      claim: null,
      decided: {
        id: decision,
        by: 'R-7',
        mine: true,
        at: Date.now(),
        choice: words,
        undoUntil,
        undone: false,
        reversible: true,
        recorded,
      },
    })
    claim(number + 1)
    return ok(decideCase.answer.parse({ decision, undoUntil, effects: [], recorded, next: number + 1 }), 201)
  }

  const answer = (method: string, url: URL, body: unknown, ifMatch: string | undefined): Told | Buffer => {
    const path = url.pathname
    const now = Date.now()
    if (path === '/v1/me') return mood === 'unauthenticated' ? refuse(mood, 'no session') : ok(meAs(role, now))
    if (isCode(mood)) return refuse(mood, 'the made-up server was told to refuse')
    if (path === '/v1/me/look-as') {
      role = roles.find((one) => one === (body as { role: string }).role) ?? 'reviewer'
      return ok({})
    }
    if (path === '/v1/me/sign-out') return ok({})
    if (path === '/v1/lanes') return ok(lanesAt(now, mood === 'empty'))
    if (path.endsWith('/next')) return ok(claimNext.answer.parse({ number: claim(1046).number }))
    if (path === '/v1/reveals') {
      const wish = makeReveal.body.parse(body)
      count += 1
      const size = wish.step === 'lowpass' ? 64 : wish.step === 'reduced' ? 320 : 1280
      renditions.set(`t${count}`, hatchedTile(size, (size * 3) / 4, wish.colour === true))
      return ok(
        makeReveal.answer.parse({ reveal: id('rev', count), url: `/v1/renditions/t${count}`, until: now + 60_000 }),
        201,
      )
    }
    if (path.startsWith('/v1/renditions/')) {
      const token = path.split('/').at(-1) ?? ''
      const picture = renditions.get(token)
      renditions.delete(token)
      return picture ?? refuse('token_used', 'used')
    }
    const matched = /^\/v1\/cases\/(\d+)(?:\/(\w+))?$/.exec(path)
    if (matched) {
      const number = Number(matched[1])
      const held = caseOf(number)
      switch (matched[2]) {
        case undefined:
          return mood === 'empty'
            ? ok(CaseShape.parse({ ...held, evidence: [], signals: [], fired: [], next: [], notes: [], history: [] }))
            : ok(CaseShape.parse(held))
        case 'claim':
          return ok(claimCase.answer.parse({ until: now + 600_000, revision: claim(number).revision }))
        case 'decisions': {
          if (ifMatch !== `"${held.revision}"`) return refuse('stale_revision', `expected revision ${held.revision}`)
          return decide(number, decideBody.parse(body).choice)
        }
        case 'skip':
        case 'handoff':
          return ok(skipCase.answer.parse({ next: claim(number + 1).number }))
        default:
          return ok({})
      }
    }
    if (path.endsWith('/undo')) {
      const decision = decisions.get(path.split('/').at(-2) ?? '')
      if (!decision) return refuse('not_found', 'no such decision')
      cases.set(decision.number, decision.before)
      return ok(undoDecision.answer.parse({ number: decision.number, recorded }))
    }
    if (path.endsWith('/decide')) return decide(1050, (body as { outcome: string }).outcome)
    if (path.endsWith('/deliveries')) return ok(deliveriesAt(now))
    if (path === '/v1/rules/check')
      return ok({
        diagnostics: [
          {
            code: 'R12',
            severity: 'error',
            message: 'expected a number after >=, found “high”',
            fix: 'write a number from 0 to 1',
            line: 3,
            column: 18,
            length: 6,
          },
        ],
      })
    if (method === 'GET') {
      const page = Object.entries(settingsAt(now)).find(([name]) => name === path)?.[1]
      if (page) return ok(mood === 'empty' ? { ...page, items: [] } : page)
    }
    if (method === 'POST' && path === '/v1/keys')
      return ok({ id: 'key3', key: 'lk_made_up_3f9a', expiresAt: now + 1e10 }, 201)
    return method === 'GET' ? refuse('not_found', 'not part of the made-up server') : ok({}, 200)
  }

  const file = (path: string, response: ServerResponse) => {
    const name = extname(path) === '' ? 'index.html' : path.slice(1)
    try {
      const bytes = readFileSync(join(dist, name))
      response.writeHead(200, {
        'content-type': types[extname(name)] ?? 'text/plain',
        'content-security-policy': policy,
      })
      response.end(bytes)
    } catch {
      response.writeHead(404).end()
    }
  }

  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    seen.push(`${request.method} ${url.pathname}`)
    if (!url.pathname.startsWith('/v1/')) return file(url.pathname, response)
    if (url.pathname === '/v1/live') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write(': here\n\n')
      streams.add(response)
      request.on('close', () => streams.delete(response))
      return
    }
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const text = Buffer.concat(parts).toString()
    const told = answer(request.method ?? 'GET', url, text === '' ? {} : JSON.parse(text), request.headers['if-match'])
    if (Buffer.isBuffer(told)) {
      response.writeHead(200, { 'content-type': 'image/png', 'cache-control': 'no-store' }).end(told)
      return
    }
    const type = told.status >= 400 ? 'application/problem+json' : 'application/json'
    response.writeHead(told.status, { 'content-type': type }).end(JSON.stringify(told.body))
  }
  return {
    server: createServer((request, response) => {
      onRequest(request, response).catch((error: unknown) => {
        console.error(error)
        response.writeHead(500).end()
      })
    }),
    seen,
    tell,
    setMood: (next: typeof mood) => {
      mood = next
    },
    setRole: (next: typeof role) => {
      role = next
    },
    /** Somebody else changes a case: one more report, a new revision. */
    change: (number: number) => {
      const old = caseOf(number)
      cases.set(number, {
        ...old,
        revision: old.revision + 1,
        reports: { ...old.reports, count: old.reports.count + 1 },
        history: [...old.history, { at: Date.now(), by: 'R-12', words: 'merged one more report', step: null }],
      })
      tell(`case:${number}`)
    },
  }
}

if (import.meta.main) {
  const port = Number(process.argv[2] ?? 4190)
  harbour().server.listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}/`))
}
