import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdqOf, picture } from '../../testing/listed.ts'
import { emptyFolder, lamplighter } from '../testing/command-line.ts'

const BOAT = ['boat', 3] as const
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

let folder: string
beforeAll(() => {
  folder = emptyFolder()
  mkdirSync(join(folder, 'pictures', 'more'), { recursive: true })
  writeFileSync(join(folder, 'boat.png'), picture(BOAT))
  writeFileSync(join(folder, 'pictures', 'a.png'), picture(['boat', 4]))
  writeFileSync(join(folder, 'pictures', 'more', 'b.png'), picture(['boat', 5], 64))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('lamplighter hash', () => {
  test('prints type, size, digest and hashes, and keeps nothing in the folder', async () => {
    const { code, out } = await lamplighter(folder, ['hash', 'boat.png'])
    const pdq = pdqOf(BOAT)
    expect([code, out]).toEqual([
      0,
      `boat.png  image/png 512x512  sha256 ${sha256(picture(BOAT)).slice(0, 4)}…  pdq ${pdq.slice(0, 8)}…${pdq.slice(-4)} (full)  quality 100\n`,
    ])
  })

  test('matching 31: a folder with one broken file: exit 1, its reason, and the others done', async () => {
    const whole = picture(BOAT)
    writeFileSync(join(folder, 'pictures', 'broken.png'), whole.subarray(0, 60))
    const { code, out, err } = await lamplighter(folder, ['hash', 'pictures'])
    const lines = out.trimEnd().split('\n')
    expect(lines.map((line) => line.split(/\s+/)[0])).toEqual([
      join('pictures', 'a.png'),
      join('pictures', 'broken.png'),
      join('pictures', 'more', 'b.png'),
    ])
    expect(lines[0]).toMatch(/pdq [0-9a-f]{8}…[0-9a-f]{4} \(full\)/)
    expect(lines[1]).toMatch(/pdq unknown: (damaged|broken)/)
    expect(lines[2]).toContain('image/png 64x64')
    expect([code, err]).toEqual([1, expect.stringContaining('1 of 3 files unknown')])
    rmSync(join(folder, 'pictures', 'broken.png'))
  })

  test('a file that is not there, one that is no picture and one too large are unknown, never left out', async () => {
    writeFileSync(join(folder, 'notes.svg'), '<svg/>')
    writeFileSync(join(folder, 'large.png'), picture(BOAT))
    truncateSync(join(folder, 'large.png'), 50 * 2 ** 20 + 1)
    const { code, out } = await lamplighter(folder, [
      'hash',
      'boat.png',
      'gone.png',
      'notes.svg',
      'large.png',
      '--json',
    ])
    const { files, unknown } = JSON.parse(out)
    expect(files.map(({ file, unknown: why }: { file: string; unknown: object[] }) => [file, why])).toEqual([
      ['boat.png', []],
      ['gone.png', [{ part: 'bytes', why: 'ENOENT' }]],
      ['notes.svg', [{ part: 'pixels', why: 'unsupported' }]],
      ['large.png', [{ part: 'pixels', why: 'too_large' }]],
    ])
    expect(files[0]).toMatchObject({ sha256: sha256(picture(BOAT)), readings: [{ pdq: pdqOf(BOAT), quality: 100 }] })
    expect(files[3].md5).toMatch(/^[0-9a-f]{32}$/)
    expect([code, unknown]).toEqual([1, 3])
  })

  test('says of a file that is not there what to do, and not a word of the system', async () => {
    const { code, out, err } = await lamplighter(folder, ['hash', 'boat.png', 'gone.png', '--quiet'])
    expect([code, err]).toEqual([1, '1 of 2 files unknown\n'])
    expect(out.split('\n')[1]).toMatch(/^gone\.png +not read: there is no such file; look at the path$/)
  })

  test('reads files behind links, and never leaves out in silence what it does not read', async () => {
    mkdirSync(join(folder, 'odd'))
    symlinkSync(join(folder, 'boat.png'), join(folder, 'odd', 'a-link.png'))
    symlinkSync(join(folder, 'odd'), join(folder, 'odd', 'ring'))
    symlinkSync('gone.png', join(folder, 'odd', 'lost'))
    // A pipe that nobody writes to would be waited for without end.
    execFileSync('mkfifo', [join(folder, 'odd', 'pipe')])
    const { code, out } = await lamplighter(folder, ['hash', 'odd', '--quiet'])
    const lines = out.trimEnd().split('\n')
    expect(lines[0]).toContain('image/png 512x512')
    expect(lines.slice(1).map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      [join('odd', 'lost'), 'not read: there is no such file; look at the path'],
      [join('odd', 'pipe'), 'not read: it is a pipe, a socket or a device; give a file'],
      [join('odd', 'ring'), 'not read: links to folders are not followed; give the folder itself'],
    ])
    expect(code).toBe(1)
    expect((await lamplighter(folder, ['hash', join('odd', 'pipe')])).code).toBe(1)
    rmSync(join(folder, 'odd'), { recursive: true })
  })

  test('a name cannot draw on the terminal, and a folder without files is no success', async () => {
    mkdirSync(join(folder, 'named'))
    expect(await lamplighter(folder, ['hash', 'named'])).toMatchObject({
      code: 2,
      err: 'there is no file in named; look at the path\n',
    })
    writeFileSync(join(folder, 'named', 'x\nboat.png  no hit\u001b[2K'), picture(BOAT))
    const { out } = await lamplighter(folder, ['hash', 'named', '--quiet'])
    expect(out.startsWith(`${join('named', 'x\\u{a}boat.png  no hit\\u{1b}[2K')}  image/png`)).toBe(true)
    rmSync(join(folder, 'named'), { recursive: true })
  })

  test('shows on a terminal how far it is, and takes it away at the end', async () => {
    const many = Array.from({ length: 12 }, () => 'boat.png')
    const { code, err } = await lamplighter(folder, ['hash', ...many], {}, { terminal: true })
    expect(code).toBe(0)
    expect(err).toMatch(/\[[#-]{24}\] bytes hashed [\d,]+ of [\d,]+/)
    expect(err.endsWith('\r\u001b[K')).toBe(true)
  })

  test('without a file it says what it needs', async () => {
    const { code, err } = await lamplighter(folder, ['hash'])
    expect([code, err]).toEqual([2, expect.stringContaining('lamplighter hash <files> …')])
  })
})
