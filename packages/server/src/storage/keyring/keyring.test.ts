import { chmodSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newFolder } from '../testing/room.ts'
import { type Keyring, openKeyring } from './index.ts'

const PLACE = { table: 'reports', column: 'text', row: 'rep_1' }
const TEXT = new TextEncoder().encode('made-up content of a report')
let folder: string
let keyring: Keyring
let now = 1_750_000_000_000

beforeEach(async () => {
  folder = newFolder('lamplighter-keys-')
  now = 1_750_000_000_000
  keyring = await openKeyring(folder, { now: () => now })
})
afterEach(() => {
  keyring.close()
  rmSync(folder, { recursive: true, force: true })
})

async function reopen(): Promise<void> {
  keyring.close()
  keyring = await openKeyring(folder, { now: () => now })
}

test('the same ref gives the same key, also after a restart; it seals and opens', async () => {
  const id = await keyring.make('case', 'case_1')
  const sealed = await keyring.use(id, (key) => key.seal('note', TEXT))
  await reopen()
  expect(await keyring.make('case', 'case_1')).toBe(id)
  expect(await keyring.use(id, (key) => key.unseal('note', sealed))).toEqual(TEXT)
})

test('a destroyed key stays destroyed: its seals never open again, and a tombstone says when and why', async () => {
  const id = await keyring.make('exhibit', 'x_1')
  const sealed = await keyring.seal(PLACE, TEXT, id)
  await keyring.destroy([id], 'hold_ended')
  await expect(keyring.unseal(PLACE, sealed)).rejects.toMatchObject({ code: 'key_destroyed' })
  await reopen()
  await expect(keyring.use(id, () => 1)).rejects.toMatchObject({ code: 'key_destroyed' })
  const tombstone = { id, kind: 'exhibit', ref: 'x_1', destroyedAt: now, why: 'hold_ended' }
  expect(await keyring.tombstones()).toEqual([tombstone])
  expect([await keyring.tombstones('exhibit'), await keyring.tombstones('person')]).toEqual([[tombstone], []])
  expect(await keyring.make('exhibit', 'x_1')).not.toBe(id)
})

/** Seals the text beside another value. */
async function sealTogether(): Promise<Uint8Array> {
  const values = [{ ...PLACE, row: 'rep_0' }, PLACE].map((place) => ({ place, bytes: TEXT }))
  return (await keyring.sealAll(values))[1] ?? new Uint8Array()
}

test.each([
  ['alone', () => keyring.seal(PLACE, TEXT)],
  ['with others', sealTogether],
])('a value that was sealed %s opens in its own place only, and not when one bit has changed', async (_, make) => {
  const sealed = await make()
  expect(await keyring.unseal(PLACE, sealed)).toEqual(TEXT)
  for (const other of [
    { row: 'rep_2' },
    { column: 'note' },
    { table: 'notes' },
    { table: 'report', column: 'stext' },
  ]) {
    await expect(keyring.unseal({ ...PLACE, ...other }, sealed)).rejects.toMatchObject({ code: 'seal_broken' })
  }
  for (let at = sealed.length - 45; at < sealed.length; at++) {
    const changed = sealed.map((byte, i) => (i === at ? byte ^ 1 : byte))
    await expect(keyring.unseal(PLACE, changed)).rejects.toMatchObject({ code: 'seal_broken' })
  }
  await expect(keyring.unseal(PLACE, sealed.subarray(0, 20))).rejects.toMatchObject({ code: 'seal_broken' })
})

test('values that were sealed alone and with others open together, in their order, also after a restart', async () => {
  const both = [await keyring.seal(PLACE, TEXT), await sealTogether()]
  expect(await keyring.sealAll([])).toEqual([])
  await reopen()
  expect(await keyring.unsealAll(both.map((sealed) => ({ place: PLACE, sealed })))).toEqual([TEXT, TEXT])
  const moved = { ...PLACE, row: 'rep_0' }
  const mixed = both.map((sealed, at) => ({ place: at === 0 ? PLACE : moved, sealed }))
  await expect(keyring.unsealAll(mixed)).rejects.toMatchObject({ code: 'seal_broken' })
})

test('neither keys nor content are in the files in plain', async () => {
  const id = await keyring.make('person', 'p_1')
  const derived = await keyring.use(id, (key) => key.derive('opening'))
  const sealed = await keyring.seal(PLACE, TEXT, id)
  expect(Buffer.from(sealed).includes(Buffer.from(TEXT))).toBe(false)
  expect(readFileSync(join(folder, 'keyring.db')).includes(Buffer.from(derived))).toBe(false)
  expect(await keyring.use(id, (key) => key.derive('opening'))).toEqual(derived)
  expect(await keyring.use(id, (key) => key.derive('other'))).not.toEqual(derived)
})

test('the hour of the stream is forgotten as a whole, later hours are not', async () => {
  const first = await keyring.sealStream(now, TEXT)
  const second = await keyring.sealStream(now + 3_600_000, TEXT)
  expect(await keyring.forgetStreamBefore(now)).toBe(0)
  expect(await keyring.forgetStreamBefore(now + 3_600_000)).toBe(1)
  await expect(keyring.unsealStream(first)).rejects.toMatchObject({ code: 'key_destroyed' })
  expect(await keyring.unsealStream(second)).toEqual(TEXT)
})

test('a stream key that is in use opens nothing from the moment it is destroyed, also for whoever is about to ask', async () => {
  const sealed = await keyring.sealStream(now, TEXT)
  const opened = await Promise.all(Array.from({ length: 20 }, () => keyring.unsealStream(sealed)))
  expect(opened.every((text) => Buffer.compare(text, TEXT) === 0)).toBe(true)
  const destroyed = keyring.forgetStreamBefore(now + 3_600_000)
  await expect(keyring.unsealStream(sealed)).rejects.toMatchObject({ code: 'key_destroyed' })
  expect(await destroyed).toBe(1)
  // The same hour gets a new key.
  expect(await keyring.unsealStream(await keyring.sealStream(now, TEXT))).toEqual(TEXT)
})

test('the key of the month opens nothing from the moment it is destroyed, also where it was just in use', async () => {
  const sealed = await keyring.seal(PLACE, TEXT)
  expect(await keyring.unseal(PLACE, sealed)).toEqual(TEXT)
  const months = keyring.live('column').map(({ id }) => id)
  const destroyed = keyring.destroy(months, 'test')
  await expect(keyring.unseal(PLACE, sealed)).rejects.toMatchObject({ code: 'key_destroyed' })
  await destroyed
  expect(await keyring.unseal(PLACE, await keyring.seal(PLACE, TEXT))).toEqual(TEXT)
})

test('old months open after the month has changed', async () => {
  const sealed = await keyring.seal(PLACE, TEXT)
  now += 40 * 86_400_000
  await keyring.seal(PLACE, TEXT)
  await reopen()
  expect(await keyring.unseal(PLACE, sealed)).toEqual(TEXT)
})

test('the master key is made with mode 600 and refused when others may read it', async () => {
  const path = join(folder, 'master.key')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(path).size).toBe(32)
  chmodSync(path, 0o640)
  await expect(openKeyring(folder)).rejects.toMatchObject({ code: 'master_key_exposed' })
})

test('a keyring whose master key is missing or another refuses to start, and makes no new one', async () => {
  keyring.close()
  rmSync(join(folder, 'master.key'))
  await expect(openKeyring(folder)).rejects.toMatchObject({ code: 'master_key_missing' })
  expect(existsSync(join(folder, 'master.key'))).toBe(false)
  const other = newFolder('lamplighter-keys-')
  const stranger = await openKeyring(other)
  stranger.close()
  const { fileMasterKey } = await import('./index.ts')
  const master = fileMasterKey(join(other, 'master.key'), { make: false })
  await expect(openKeyring(folder, { master, now: () => now + 40 * 86_400_000 })).rejects.toMatchObject({
    code: 'key_unavailable',
  })
  rmSync(other, { recursive: true })
  // For the hook that closes it.
  keyring = await openKeyring(newFolder('lamplighter-keys-'))
})
