import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { z } from 'zod'

const dist = join(import.meta.dirname, '../dist')
const built = existsSync(join(dist, '.vite/manifest.json'))
if (!built && process.env.CI !== 'true')
  console.log('skipped: sizes of the console, because it is not built (npm run build)')

const Chunk = z.object({
  file: z.string(),
  isEntry: z.boolean().optional(),
  imports: z.array(z.string()).optional(),
  css: z.array(z.string()).optional(),
})

const manifest = () =>
  z.record(z.string(), Chunk).parse(JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')))
const kB = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0) / 1000

/** The files that are fetched before the first screen: the entry and all that it imports at once. */
function firstFiles(chunks: Record<string, z.output<typeof Chunk>>): Set<string> {
  const files = new Set<string>()
  const visit = (name: string) => {
    const chunk = chunks[name]
    if (chunk === undefined || files.has(chunk.file)) return
    files.add(chunk.file)
    for (const inner of chunk.imports ?? []) visit(inner)
  }
  for (const [name, chunk] of Object.entries(chunks)) if (chunk.isEntry) visit(name)
  return files
}

const isEditor = (file: string): boolean => file.startsWith('assets/RuleEditor-')

test.skipIf(!built && process.env.CI !== 'true')('console 44: the built files keep their limits (gzip)', () => {
  const chunks = manifest()
  const entry = firstFiles(chunks)
  const scripts = Object.values(chunks).filter(({ file }) => file.endsWith('.js'))
  const styles = new Set(Object.values(chunks).flatMap(({ css }) => css ?? []))
  expect(entry.size).toBeGreaterThan(0)
  expect(kB(entry), 'entry').toBeLessThanOrEqual(240)
  for (const { file } of scripts.filter(({ file: one }) => !entry.has(one) && !isEditor(one)))
    expect(kB([file]), file).toBeLessThanOrEqual(45)
  // The rule editor is a library of its own, fetched when somebody reads or writes rules; its checker runs beside it.
  const worker = readdirSync(join(dist, 'assets')).filter((name) => /^worker-.*\.js$/.test(name))
  expect([scripts.filter(({ file }) => isEditor(file)).length, worker.length]).toEqual([1, 1])
  expect(kB(scripts.map(({ file }) => file).filter(isEditor)), 'editor').toBeLessThanOrEqual(115)
  expect(kB(worker.map((name) => `assets/${name}`)), 'worker').toBeLessThanOrEqual(50)
  // Both have their own limits above: they were no part of what the 420 kB were reckoned for.
  expect(
    kB(scripts.map(({ file }) => file).filter((file) => !isEditor(file))),
    'all other scripts',
  ).toBeLessThanOrEqual(420)
  expect(kB(styles), 'styles').toBeLessThanOrEqual(20)
})

/** 15 s on two cores are at most 30 s of their time; unlike the time on the wall, that does not grow with other work on the machine. */
const BUILD_CPU_S = 30
/** Runs in the build itself: what its threads used stands on the last line of its error stream. */
const TELL =
  'data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();console.error((user+system)/1e6)})'

test('console 44: the console is built within its time', () => {
  const out = mkdtempSync(join(tmpdir(), 'lamplighter-build-'))
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')
  const words = ['--import', TELL, vite, 'build', '--outDir', out, '--emptyOutDir', '--logLevel', 'error']
  try {
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: join(dist, '..'), encoding: 'utf8' })
    expect([status, readdirSync(out).includes('index.html')]).toEqual([0, true])
    const cpuS = Number(stderr.trim().split('\n').at(-1))
    console.log(`console 44: the build took ${cpuS.toFixed(1)} s of processor time`)
    expect(cpuS).toBeLessThan(BUILD_CPU_S)
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}, 120_000)

test.skipIf(!built && process.env.CI !== 'true')(
  'the page holds no inline script or style, and names no other origin',
  () => {
    const page = readFileSync(join(dist, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son\w+=/)
    expect(page).not.toMatch(/https?:\/\//)
    for (const name of readdirSync(join(dist, 'assets'))) expect(name).toMatch(/-[\w-]{8}\.(js|css)$/)
  },
)
