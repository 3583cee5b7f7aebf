import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/*
 * Imports run one way (DESIGN §3, STYLE §8): faces → subjects → storage, jobs, http → pure packages. This test reads every import of every
 * source file; nobody argues with it.
 */

const root = import.meta.dirname
const pure = new Set(['rules', 'matching', 'text', 'ledger'])
const foundations = new Set(['storage', 'jobs', 'http', 'testing'])
const faces = new Set(['cli', 'demo'])
/** Folders of the server that hold what every subject may use beside the foundations. */
const shared = new Set(['events.ts'])

interface Import {
  readonly file: string
  readonly line: number
  readonly from: string
  readonly typeOnly: boolean
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : sources(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: Import[] = []
  for (const match of text.matchAll(
    /^\s*(?:import|export)\b(\s+type\b)?[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
  )) {
    const from = match[2] ?? match[3] ?? match[4] ?? ''
    found.push({ file, line: text.slice(0, match.index).split('\n').length, from, typeOnly: match[1] !== undefined })
  }
  return found
}

const isTest = (file: string): boolean => /\.test\.tsx?$|\/testing\/|\/test\/|\/e2e\/|\/dev\//.test(file)
const shipped = (folder: string): Import[] =>
  sources(folder)
    .filter((file) => !isTest(file))
    .flatMap(importsOf)
const inside = (one: Import): string => relative(root, resolve(root, dirname(one.file), one.from))
const wrong = (imports: readonly Import[], rule: string): string[] =>
  imports.map((one) => `${one.file}:${one.line} imports ${one.from}: ${rule}`)

test('pure packages import themselves only', () => {
  const found = [...pure].flatMap((name) =>
    shipped(`packages/${name}/src`).filter(
      (one) => !one.from.startsWith('.') || !inside(one).startsWith(`packages/${name}/`),
    ),
  )
  expect(wrong(found, 'rules, matching, text and ledger have no dependency and no Node built-in')).toEqual([])
})

test('pure packages reach no clock, no network and no chance', () => {
  const forbidden = /\b(Date\.now|new Date\(\)|Math\.random|fetch\(|setTimeout|process\.|performance\.now)/
  const found = [...pure].flatMap((name) =>
    sources(`packages/${name}/src`)
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        readFileSync(join(root, file), 'utf8')
          .split('\n')
          .flatMap((line, index) =>
            forbidden.test(line.replace(/\/\/.*$|^\s*\*.*$/, '')) ? [`${file}:${index + 1} ${line.trim()}`] : [],
          ),
      ),
  )
  expect(found).toEqual([])
})

test('the contract imports pure packages and Zod only', () => {
  const found = shipped('packages/api/src').filter(
    (one) =>
      !one.from.startsWith('.') &&
      one.from !== 'zod' &&
      ![...pure].some((name) => one.from.startsWith(`@lamplighter/${name}`)),
  )
  expect(wrong(found, 'api imports pure packages and zod')).toEqual([])
})

test('the console imports its own files, the contract and the rules; its ui knows no route and no query', () => {
  const allowed = /^(\.|react($|\/|-dom)|@tanstack\/|@base-ui\/|@codemirror\/|@lamplighter\/(api|rules)|zod|node:)/
  const all = shipped('packages/console/src')
  expect(
    wrong(
      all.filter((one) => !allowed.test(one.from)),
      'the console imports its own files, api and rules',
    ),
  ).toEqual([])
  const heavy = all.filter(
    (one) =>
      one.from.startsWith('@lamplighter/rules') && !one.typeOnly && one.file !== 'packages/console/src/rules/work.ts',
  )
  expect(wrong(heavy, 'the rules run in their worker; elsewhere only their types')).toEqual([])
  const codeMirror = all.filter((one) => one.from.startsWith('@codemirror/') && !/\/rules\/code-/.test(one.file))
  expect(wrong(codeMirror, 'the editor is fetched with its own page')).toEqual([])
  const ui = all.filter(
    (one) =>
      one.file.includes('/ui/') &&
      !one.typeOnly &&
      (/tanstack/.test(one.from) || /\/(pages\/|api\/(?!errors))/.test(inside(one))),
  )
  expect(wrong(ui, 'ui/ holds generic parts')).toEqual([])
})

const server = 'packages/server/src'
const subjectOf = (path: string): string => path.slice(server.length + 1).split('/')[0] ?? ''
const own = shipped(server).filter((one) => one.from.startsWith('.'))

test('foundations of the server import no subject', () => {
  const found = own.filter((one) => {
    const from = subjectOf(one.file)
    const to = subjectOf(inside(one))
    return foundations.has(from) && from !== to && !foundations.has(to) && !shared.has(to)
  })
  expect(wrong(found, 'storage, jobs and http never import a subject')).toEqual([])
})

test('nothing imports the composition root but the command line and the demo', () => {
  const isRoot = (path: string): boolean => ['context.ts', 'parts.ts', 'long-jobs.ts'].includes(subjectOf(path))
  const found = own.filter(
    (one) =>
      isRoot(inside(one)) && !isRoot(one.file) && !faces.has(subjectOf(one.file)) && one.file !== `${server}/main.ts`,
  )
  expect(wrong(found, 'context.ts and its parts are imported by faces and tests only')).toEqual([])
})

/** Doors of a subject beside `index.ts`: what the composition root and the works of others need without pulling in its routes. */
const doors =
  /\/(index|public-log|routes|store|lanes|authorities|hooks|sample-pictures|sample-png|parse)\.ts$|\/(decoder|keyring)\/index\.ts$/

test('a subject calls another one through its index', () => {
  const found = own.filter((one) => {
    const from = subjectOf(one.file)
    const to = subjectOf(inside(one))
    const ends = to.endsWith('.ts')
    const face = faces.has(from) || from === 'main.ts'
    return from !== to && !ends && !face && !foundations.has(to) && !foundations.has(from) && !doors.test(inside(one))
  })
  expect(wrong(found, 'other subjects are reached through index.ts')).toEqual([])
})

test('rules 11.10: the replay log is written by intake and read by nobody but itself; orders never see it', () => {
  const readers = new Set(own.filter((one) => subjectOf(inside(one)) === 'replay').map(({ file }) => subjectOf(file)))
  expect([...readers].toSorted()).toEqual([
    ...['cli', 'context.ts', 'demo', 'erasure', 'intake', 'long-jobs.ts', 'parts.ts', 'replay'],
  ])
  const door = `${server}/replay/index.ts`
  const takenBy = (subject: string): string[] => {
    const files = own.filter((one) => subjectOf(one.file) === subject && inside(one) === door)
    const names = files.flatMap(({ file }) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /import (?:type )?\{([^}]*)\} from '\.\.\/replay\/index\.ts'/g,
        ),
      ].flatMap(([, list = '']) => list.split(',').map((name) => name.trim().replace(/^type /, ''))),
    )
    return [...new Set(names)].toSorted()
  }
  // It reads what a platform hands in of its past, too: shapes of that, and no way to what waits.
  const archive = ['ArchiveReader', 'Archived', 'ArchivedContent']
  expect(takenBy('intake')).toEqual([...archive, 'Pen', 'ReplayLog', 'Said', 'Trace', 'Tray', 'appendTraces'])
  // Whose lines are taken out; neither type is given a way to read.
  expect(takenBy('erasure')).toEqual(['ReplayLog', 'Uploads', 'eraseFindings'])
  expect(readFileSync(join(root, `${server}/erasure/run.ts`), 'utf8')).toContain("uploads: Pick<Uploads, 'erase'>")
})

const DRIVER = /^(node:sqlite|pg|pg-.*)$/
const SQL = /\bsql`|\.(selectFrom|insertInto|updateTable|deleteFrom)\(/

test('platform P-03: only storage imports a driver', () => {
  const found = shipped(server).filter((one) => DRIVER.test(one.from) && subjectOf(one.file) !== 'storage')
  expect(wrong(found, 'drivers are storage’s')).toEqual([])
  // What it would find is there: storage itself has both.
  const drivers = new Set(shipped(`${server}/storage`).map(({ from }) => from))
  expect([...drivers].filter((from) => DRIVER.test(from)).toSorted()).toEqual(['node:sqlite', 'pg'])
})

test('platform P-03: SQL is written in stores and migrations only', () => {
  const withSql = sources(server).filter((file) => !isTest(file) && SQL.test(readFileSync(join(root, file), 'utf8')))
  const found = withSql.filter(
    (file) =>
      subjectOf(file) !== 'storage' &&
      !/(store[a-z-]*|tables|\.store|audit|cases|evidence|verdicts|record|states|ledger)\.ts$/.test(file),
  )
  expect(found).toEqual([])
  expect(withSql.length).toBeGreaterThan(20)
})

test('platform P-04: no module of works reads the clock, chance or the network: time and ids come with the call', () => {
  const outside =
    /\b(Date\.now|performance\.now|Math\.random|randomUUID|getRandomValues|setTimeout|fetch)\(|\bnew Date\(\)/
  const works = sources(server).filter(
    (file) => !isTest(file) && /\bdefineWork\(/.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(works.length).toBeGreaterThan(20)
  const found = works.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        outside.test(line.replace(/\/\/.*$|^\s*\*.*$/, '')) ? [`${file}:${index + 1} ${line.trim()}`] : [],
      ),
  )
  expect(found).toEqual([])
})

test('every outgoing call goes through the one client', () => {
  const found = sources(server)
    .filter((file) => !isTest(file) && !file.endsWith('http/exchange.ts') && !file.includes('/cli/'))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          /(?<![.\w])fetch\(|from 'node:https?'|from 'node:net'/.test(line) &&
          !/import type|Server|isIP|address|fetch\(request: Request/.test(line)
            ? [`${file}:${index + 1} ${line.trim()}`]
            : [],
        ),
    )
  expect(found).toEqual([])
})

test('the project speaks of itself alone', () => {
  const words = /\/work\/|\/root\/|\bTODO\b|\bFIXME\b|registry\.npmjs|it\.only|test\.only/
  const found = ['packages', 'scripts', 'docs', 'bench', 'conformance'].flatMap((folder) => {
    try {
      return sources(folder)
    } catch {
      return []
    }
  })
  expect(found.filter((file) => words.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
})
