import { compileTerms, readMatcher } from '../../packages/matching/src/index.ts'
import { median } from '../lib/machine.ts'
import { demand, type Row, type Scale } from '../lib/row.ts'
import { wordsOf } from './words.ts'

const MANY = 50_000
const LOADS = 9

/** To compile many terms once, and to load what came out of it. */
export async function image({ rounds }: Scale): Promise<Row[]> {
  const terms = wordsOf(MANY).terms.map((text) => ({ id: text, text }))
  const lists = [{ id: 'words', version: 1, use: 'evidence', sealed: false, terms }] as const
  const builds: number[] = []
  let made = new Uint8Array()
  for (let round = 0; round < rounds; round += 1) {
    const began = cpuMs()
    made = Uint8Array.from(compileTerms(lists).matcher.image())
    builds.push(cpuMs() - began)
  }
  const loads = Array.from({ length: LOADS }, () => {
    const began = cpuMs()
    const matcher = readMatcher(made)
    const took = cpuMs() - began
    demand(matcher.match(`so ${terms[0]?.text} it is`).length === 1, 'the loaded matcher finds its first term')
    return took
  })
  const [build, load, megabytes] = [median(builds), median(loads), made.byteLength / 1e6]
  return [
    {
      id: 'W-7',
      measure: `${MANY.toLocaleString('en')} terms: compiled; size of the image; image loaded (processor time)`,
      needed: '< 1 s; < 100 MB; < 50 ms',
      found: `${build.toFixed(0)} ms; ${megabytes.toFixed(0)} MB; ${load.toFixed(0)} ms`,
      met: build < 1_000 && megabytes < 100 && load < 50,
    },
  ]
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
