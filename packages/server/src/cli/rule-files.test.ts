import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyFolder, initialised, lamplighter, whileServing } from './testing/command-line.ts'

const core = fileURLToPath(import.meta.resolve('@lamplighter/rules/wick/core.wick'))
const schema = fileURLToPath(import.meta.resolve('@lamplighter/rules/wick/chat.schema.wick'))

let folder: string
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('rules with counters on the command line', () => {
  it('are checked, with the identity of each counter for the lock', async () => {
    const { code, out } = await lamplighter(folder, ['rules', 'check', core, '--json'])
    expect(code).toBe(0)
    const { diagnostics, lock } = JSON.parse(out) as { diagnostics: unknown[]; lock: { counters: object } }
    expect(diagnostics).toEqual([])
    expect(Object.keys(lock.counters)).toEqual([
      'minors_contacted',
      'links_sent',
      'receivers_of_link',
      'verified_reporters',
    ])
  })

  it('run their tests', async () => {
    const { code, out } = await lamplighter(folder, ['rules', 'test', core])
    expect(code).toBe(0)
    expect(out).toMatch(/\n(\d+) of \1 passed/)
  })

  it('are explained of one event: its counters have seen that event and nothing before', async () => {
    const event = {
      id: 'm-1',
      kind: 'message',
      occurred_at: '2026-01-01T09:00:00Z',
      actor: { id: 'a', age_band: 'adult' },
      target: { id: 'b', age_band: 'minor' },
      tie: { connected: false },
      item: { id: 'm-1' },
    }
    writeFileSync(join(folder, 'event.json'), JSON.stringify(event))
    const { code, out } = await lamplighter(folder, ['rules', 'explain', core, '--event', 'event.json'])
    expect(code).toBe(0)
    expect(out).toContain(
      'unknown minors_contacted >= 10               over 0 in 24h, the counter has only begun to count: m-1',
    )
    expect(out).toContain('undecided because of counter:minors_contacted')
  })

  it('need an event to explain, and say so of a file that holds none', async () => {
    writeFileSync(join(folder, 'event.json'), '{"kind": "message", ')
    const { code, err } = await lamplighter(folder, ['rules', 'explain', core, '--event', 'event.json'])
    expect([code, err]).toEqual([2, expect.stringContaining('event.json holds no event; expected one JSON object')])
  })
})

it('a server that refuses rules or a list says each fault with its place', async () => {
  const served = await initialised()
  try {
    await whileServing(served, async () => {
      const foreign = join(served, 'foreign.wick')
      const text = readFileSync(core, 'utf8')
        .replaceAll('learner_threat', 'learner_arson')
        .replaceAll('us.ncmec', 'us.nobody')
      writeFileSync(foreign, text)
      const live = await lamplighter(served, ['rules', 'live', foreign, '--schema', schema, '--reason', 'try'])
      expect(live.code).toBe(1)
      expect(live.err).toMatch(/^rules_refused: [\s\S]*\n {2}\d+:\d+ D01: no signal provider 'learner_arson' here/)
      expect(live.err).toMatch(/\n {2}\d+:\d+ D01: no authority 'us.nobody' here/)
      writeFileSync(join(served, 'terms.txt'), 'made up\n')
      const args = ['lists', 'import', 'terms.txt', '--list', 'mine', '--kind', 'text', '--harm', 'threat_to_lif']
      const list = await lamplighter(served, args)
      expect(list.code).toBe(1)
      expect(list.err).toContain('There is no harm of this name; expected one of csea, terrorism, threat_to_life')
    })
  } finally {
    rmSync(served, { recursive: true, force: true })
  }
}, 120_000)
