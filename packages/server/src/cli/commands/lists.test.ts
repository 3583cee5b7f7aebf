import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIo } from '../io.ts'
import { importFile } from '../list-file.ts'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

const ROWS = process.env.LAMPLIGHTER_DEEP === '1' ? 100_000 : 20_000
const rows = ROWS.toLocaleString('en')
/** What a terminal obeys and a file must not hold; a new line is none of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

let folder: string
beforeAll(async () => {
  folder = await initialised()
  const digests = Array.from({ length: ROWS }, (_, row) => createHash('sha256').update(`made up ${row}`).digest('hex'))
  writeFileSync(join(folder, 'digests.txt'), `${digests.join('\n')}\n`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ORDER = ['digest, bytes', 'read, bytes', 'write', 'check', 'build']

const importInto = (list: string, on: { terminal?: boolean } = {}) =>
  lamplighter(folder, ['lists', 'import', 'digests.txt', '--list', list, '--kind', 'digest', '--harm', 'csea'], {}, on)

describe(`console 33: an import of ${rows} rows (100,000 with LAMPLIGHTER_DEEP=1)`, () => {
  test('shows on a terminal a bar that comes soon, moves, and goes', async () => {
    const { code, out, err } = await importInto('on_a_terminal', { terminal: true })
    expect([code, out.split('\n')[0]]).toEqual([
      0,
      `on_a_terminal version 1 is staged: ${ROWS} entries, ${ROWS} added, 0 removed`,
    ])
    const shown = [
      ...err.matchAll(/\[([#-]{24})\] (digest, bytes|read, bytes|write|check|build) ([\d,]+) of ([\d,]+) · /g),
    ]
    const steps = [...new Set(shown.map(([, , step]) => step))]
    expect(steps).toContain('write')
    for (const step of steps) {
      const shares = shown.flatMap(([, , of, done = '', total = '']) =>
        of === step ? [numberOf(done) / numberOf(total)] : [],
      )
      expect([step, shares]).toEqual([step, shares.toSorted((a, b) => a - b)])
    }
    // The steps come one after another, and the one that takes longest is seen to move.
    expect(shown.map(([, , step]) => step)).toEqual(
      shown.map(([, , step]) => step).toSorted((a = '', b = '') => ORDER.indexOf(a) - ORDER.indexOf(b)),
    )
    expect(new Set(shown.filter(([, , step]) => step === 'write').map(([, , , done]) => done)).size).toBeGreaterThan(1)
    expect(err.endsWith('\r\u001b[K')).toBe(true)
  }, 240_000)

  test('matching 31: the bar is on the terminal before a byte of the file is read, and again before one is sent', async () => {
    const written: string[] = []
    const terminal = new Writable({
      write(text, _, done) {
        written.push(String(text))
        done()
      },
    })
    const stderr = Object.assign(terminal, { isTTY: true })
    const around = { folder, env: {}, stdin: new PassThrough(), stdout: new PassThrough(), stderr }
    const io = createIo(around, { json: false, yes: false, quiet: false, settings: {} })
    const path = join(folder, 'digests.txt')
    const query = new URLSearchParams({ kind: 'digest', harm: 'csea' })
    const importing = importFile(io, { list: 'seen_at_once', path, manifest: undefined }, query)
    // No read and no call can have ended between these two lines.
    const bar = `\r\u001b[K[${'-'.repeat(24)}]`
    const bytes = (ROWS * 65).toLocaleString('en')
    expect(written).toEqual([expect.stringContaining(`${bar} digest, bytes 0 of ${bytes} · `)])
    expect((await importing).state).toBe('done')
    expect(written.find((text) => text.includes('read, bytes'))).toContain(`${bar} read, bytes 0 of ${bytes} · `)
  }, 240_000)

  test('says into a file nothing but lines', async () => {
    const { code, out, err } = await whileServing(folder, () => importInto('into_a_file'))
    expect(code).toBe(0)
    expect(out + err).not.toMatch(CONTROL)
    for (const line of err.split('\n').slice(0, -1))
      expect(line).toMatch(
        /^(digest, bytes|read, bytes|write|check|build) [\d,]+ of [\d,]+ · [\d,]+\/s( · \d+ (s|min|h) left)?$/,
      )
  }, 240_000)
})

describe('a version of a list on the command line', () => {
  const run = (...args: string[]) => lamplighter(folder, ['lists', ...args])
  const put = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text)

  test('waits, is looked at, refused without its trial, promoted past it, and retired', async () => {
    await whileServing(folder, async () => {
      put('hosts.txt', 'a.example\nb.example\n')
      const args = ['import', 'hosts.txt', '--list', 'hosts', '--kind', 'domain', '--harm', 'malware']
      expect((await run(...args)).out.split('\n')).toEqual([
        'hosts version 1 is staged: 2 entries, 2 added, 0 removed',
        'next: lamplighter lists preview hosts; lists promote hosts 1 --reason WHY',
        '',
      ])
      expect((await run('preview', 'hosts')).out.split('\n')).toEqual([
        'hosts version 1 is staged: the list is new; it was handed in as a file',
        '  2 entries, 2 added, 0 removed; 0 of 2 rows could not be used',
        '  looked up for 0 events; 0 of them it alone would have hit',
        '',
      ])
      expect((await run('promote', 'hosts', '1')).code).toBe(2)
      const refused = await run('promote', 'hosts', '1', '--reason', 'looked at it')
      expect([refused.code, refused.err]).toEqual([
        1,
        expect.stringMatching(/^needs_unmet:\n(?: {2}.*\n)* {2}trial_short: Its trial is too short[^\n]*\n$/),
      ])
      const past = ['promote', 'hosts', '1', '--reason', 'looked at it', '--without-trial']
      expect((await run(...past)).out).toBe('hosts version 1 is live\n')
      const status = (await run('status')).out.split('\n')
      expect(status[0]).toMatch(/^list +kind +version +entries +matchable +age +state +memory$/)
      expect(status.find((line) => line.startsWith('hosts'))).toMatch(/^hosts +domain +1 +2 +100 % +0 min +live +–$/)
      const { items } = JSON.parse((await run('status', '--json')).out)
      expect(items.find(({ id }: { id: string }) => id === 'hosts')).toMatchObject({
        ...{ state: 'live', coverage: { share: 1 }, hot: 0, exceptions: { many: false } },
      })
      put('hosts.txt', 'a.example\nb.example\nc.example\n')
      await run(...args)
      expect((await run('drop', 'hosts', '2', '--reason', 'a wrong file')).out).toBe('hosts version 2 is dropped\n')
      expect((await run('preview', 'hosts')).out).toBe('no version of hosts waits\n')
      expect((await run(...args, '--live')).out).toBe('hosts version 3 is live: 3 entries, 1 added, 0 removed\n')
      expect((await run('retire', 'hosts', '--reason', 'its licence is over')).code).toBe(0)
      expect((await run('status')).out).toMatch(/^hosts .* down /m)
    })
  }, 240_000)

  test('a file is read without a server, and rows that cannot be used are told by line', async () => {
    put('mixed.txt', 'a.example\nhttp://x/\n')
    const { code, out } = await run('check', 'mixed.txt', '--kind', 'domain')
    expect([code, out]).toEqual([
      1,
      '2 rows, 1 entries, 1 that cannot be used\nline 2: expected a domain such as bad.example\n',
    ])
    expect((await run('check', 'mixed.txt', '--kind', 'video')).code).toBe(2)
    expect((await run('check', '--kind', 'domain')).err).toContain('needs a file')
  })

  test('a file is checked as an import reads it: in pieces, without its byte-order mark, and as UTF-8 alone', async () => {
    const digests = Array.from({ length: 5_000 }, (_, n) => createHash('sha256').update(String(n)).digest('hex'))
    put('marked.csv', `\uFEFFvalue\r\n${[...digests, digests[0]].join('\r\n')}\r\nno digest\r\n`)
    const marked = await run('check', 'marked.csv', '--kind', 'digest', '--json')
    expect([marked.code, JSON.parse(marked.out)]).toMatchObject([
      1,
      { rows: 5_002, entries: 5_000, badCount: 1, bad: [{ line: 5_003 }] },
    ])
    put('wide.csv', Buffer.from(`\uFEFFvalue\n${digests[0]}\n`, 'utf16le'))
    const wide = await run('check', 'wide.csv', '--kind', 'digest')
    expect([wide.code, wide.err]).toEqual([1, expect.stringContaining('is not UTF-8')])
  })

  test('what a file is does not hang on the case of its name', async () => {
    put('UPPER.CSV', `value,class\n${'a'.repeat(32)},A1\n${createHash('md5').digest('hex')},A1\n`)
    const { code, out } = await run('check', 'UPPER.CSV', '--kind', 'digest')
    expect([code, out.split('\n').slice(0, 2)]).toEqual([
      1,
      ['2 rows, 1 entries, 1 that cannot be used', expect.stringMatching(/^line 3: .*empty file/)],
    ])
    const way = ['import', 'UPPER.CSV', '--list', 'upper', '--kind', 'digest', '--harm', 'csea']
    expect((await run(...way)).out).toContain('upper version 1 is staged: 1 entries')
  })

  test('a list that cannot be called so is refused before anything is read, and what it may be called is said', async () => {
    put('named.txt', `${'a'.repeat(64)}\n`)
    const { code, err } = await run('import', 'named.txt', '--list', 'BAD-ID', '--kind', 'digest', '--harm', 'csea')
    expect([code, err]).toEqual([2, expect.stringContaining('called BAD-ID: expected a small letter')])
  })

  test('the index says how it is filled by the sizes of its buckets, and nothing where it has none', async () => {
    const { code, out } = await run('check', '--skew')
    expect([code, out]).toEqual([0, '0 hashes, too few for tables: every lookup looks at each of them\n'])
    expect((await run('check', 'mixed.txt', '--skew')).code).toBe(2)
  })
})

const numberOf = (words: string): number => Number(words.replaceAll(',', ''))
