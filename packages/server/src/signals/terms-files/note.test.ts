import { generateKeyPairSync, sign } from 'node:crypto'
import { type Signer, verifierKey } from '@lamplighter/ledger'
import { describe, expect, test } from 'vitest'
import { checkNote, noteText, signTermFile } from './note.ts'
import { canonicalTermFile, readTermFile, type TermFile } from './read.ts'

function keyOf(name: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
  return { vkey: verifierKey(name, 1, raw), sign: async (message) => new Uint8Array(sign(null, message, privateKey)) }
}

function fileOf(version = 7, text = 'melon'): TermFile {
  const file = {
    ...{ format: 'lamplighter-terms/1', id: 'fruit', version, use: 'evidence', sealed: false, harm: 'fraud' },
    ...{ licence: 'MIT', source: 'own', made: '2026-11-02', terms: [{ id: 't1', text }] },
  }
  const encode = (words: string) => new TextEncoder().encode(words)
  return readTermFile(encode(canonicalTermFile(encode(JSON.stringify(file)))))
}

const day = '2026-11-03'
const lists = keyOf('lists.example')
const other = keyOf('other.example')

describe('text L-1: the note of a term file', () => {
  test('holds format, id, version, digest and day, and is good under a known key', async () => {
    const file = fileOf()
    const note = await signTermFile(file, { signer: lists, day })
    expect(note.startsWith(`lamplighter-list/1\nfruit\n7\n${file.sha256}\n${day}\n\n— lists.example `)).toBe(true)
    expect(await checkNote(note, file, [lists.vkey])).toEqual({ keys: ['lists.example'], day })
  })

  test('a second person signs the same note, once', async () => {
    const file = fileOf()
    const first = await signTermFile(file, { signer: lists, day })
    const both = await signTermFile(file, { signer: other, day: '2026-11-09', note: first })
    expect(await checkNote(both, file, [lists.vkey, other.vkey])).toEqual({
      keys: ['lists.example', 'other.example'],
      day,
    })
    expect(await signTermFile(file, { signer: other, day, note: both })).toBe(both)
    expect(await signTermFile(fileOf(8), { signer: other, day, note: both })).not.toContain('lists.example')
  })

  test('is refused for another file, an unknown key, a changed line, and where no key is set', async () => {
    const note = await signTermFile(fileOf(), { signer: lists, day })
    const refused = (promise: Promise<unknown>) => expect(promise).rejects
    await refused(checkNote(note, fileOf(7, 'lemon'), [lists.vkey])).toMatchObject({
      code: 'signature',
      message: /another SHA-256/,
    })
    await refused(checkNote(note, fileOf(), [other.vkey])).toMatchObject({ code: 'signature', message: /No key/ })
    await refused(checkNote(note.replace(day, '2026-11-04'), fileOf(), [lists.vkey])).toMatchObject({
      code: 'signature',
      message: /does not fit/,
    })
    await refused(checkNote(note, fileOf(), [])).toMatchObject({ code: 'signature', message: /LAMPLIGHTER_LIST_KEYS/ })
    await refused(checkNote('nonsense', fileOf(), [lists.vkey])).toMatchObject({
      code: 'signature',
      message: /cannot be read/,
    })
  })

  test('that says another id or version than the file is refused, however well it is signed', async () => {
    const file = fileOf()
    const lying = { ...file, text: { ...file.text, version: 9 } }
    const note = await signTermFile(lying, { signer: lists, day })
    expect(noteText(lying, day)).toContain('\n9\n')
    await expect(checkNote(note, file, [lists.vkey])).rejects.toMatchObject({ code: 'signature', message: /version 9/ })
  })

  test('of another kind is refused', async () => {
    const text = noteText(fileOf(), day).replace('lamplighter-list/1', 'lamplighter-list/2')
    const signature = await signTermFile(fileOf(), { signer: lists, day })
    expect(signature).not.toContain(text)
    const { formatNote, signText } = await import('@lamplighter/ledger')
    const note = formatNote(text, [await signText(text, lists)])
    await expect(checkNote(note, fileOf(), [lists.vkey])).rejects.toMatchObject({ code: 'signature', message: /is no/ })
  })
})
