import {
  answerAddCheckpoint,
  compareCheckpoints,
  fromBase64,
  parsePolicy,
  parseVerifierKey,
  type WitnessLog,
  webChecks,
} from '@lamplighter/ledger'
import { expect, it } from 'vitest'
import { dataJson, describeWithData } from './data.ts'

interface Dialogue {
  logs: string[]
  requests: { name: string; body: string; status: number; cosigns?: string; answer?: string }[]
}

interface Equivocation {
  log: string
  cases: { name: string; older: string; newer: string; path: string[]; result: string }[]
}

const checks = webChecks(crypto.subtle)
const octets = (text: string) => new TextEncoder().encode(text)

describeWithData('witness dialogues', () => {
  it.each(['own/witness-dialogue.json', 'witness-litewitness.json'])(
    'ledger 11: %s, as a pure function',
    async (file) => {
      const data = dataJson<Dialogue>(file)
      const logs = new Map<string, WitnessLog>(
        data.logs.map((vkey) => [parseVerifierKey(vkey).name, { keys: [parseVerifierKey(vkey)] }]),
      )
      for (const { name, body, status, cosigns, answer } of data.requests) {
        const found = await answerAddCheckpoint(octets(body), logs, checks)
        expect([name, found.status]).toEqual([name, status])
        if (cosigns !== undefined) expect(found.text).toBe(cosigns)
        if (answer !== undefined) expect(`${found.size}\n`).toBe(answer)
        const log = found.origin === undefined ? undefined : logs.get(found.origin)
        if (found.store && found.origin && log) logs.set(found.origin, { ...log, head: found.store })
      }
    },
  )
})

describeWithData('evidence', () => {
  const data = dataJson<Equivocation>('own/equivocation.json')
  const policy = parsePolicy(octets(`log ${data.log}\nquorum none\n`))

  it.each(data.cases)('ledger 12: $name', async ({ older, newer, path, result }) => {
    const evidence = { older, newer, path: path.map((value) => fromBase64(value) ?? new Uint8Array()) }
    const verdict = compareCheckpoints(evidence, policy, checks).catch((error: { code: string }) => error.code)
    expect(await verdict).toBe(result)
  })
})
