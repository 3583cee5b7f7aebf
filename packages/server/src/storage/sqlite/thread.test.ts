import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keepWriters, startWriterAhead } from '../ahead.ts'
import { openStore } from '../open.ts'
import { notWritable } from '../probe.ts'
import { note, sumUp, waitForTimer } from '../testing/bank.store.ts'
import { MODULES } from '../testing/opened.ts'
import { endWriterAhead, writerThread } from './thread.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'll-ahead-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

test('a writer that was started ahead opens one database; the next one gets a thread of its own', async () => {
  startWriterAhead(MODULES)
  const first = await openStore({ kind: 'sqlite', folder: folder() }, MODULES)
  const second = await openStore({ kind: 'sqlite', folder: folder() }, MODULES)
  expect(await notWritable(first.store)).toBeUndefined()
  expect(await notWritable(second.store)).toBeUndefined()
  await first.close()
  expect(await notWritable(second.store)).toBeUndefined()
  await second.close()
})

test('a writer that was started ahead for other modules is not taken, and ends when told to', async () => {
  startWriterAhead(MODULES)
  const other = writerThread([...MODULES, ...MODULES].map(({ href }) => href))
  const ended = new Promise((resolve) => other.once('exit', resolve))
  await other.terminate()
  await ended
  await endWriterAhead()
  const store = await openStore({ kind: 'sqlite', folder: folder() }, MODULES)
  expect(await notWritable(store.store)).toBeUndefined()
  await store.close()
})

/** The thread that the next database with these modules would get, by its number. It is ended. */
async function nextThread(): Promise<number> {
  const worker = writerThread(MODULES.map(({ href }) => href))
  const { threadId } = worker
  await worker.terminate()
  return threadId
}

test('a kept writer opens the next database with the same modules, and nothing of the one before is in it', async () => {
  keepWriters()
  const taken = await nextThread()
  const first = await openStore({ kind: 'sqlite', folder: folder() }, MODULES)
  await first.store.tx(note, { id: 'first', at: 1 })
  await first.close()
  const second = await openStore({ kind: 'sqlite', folder: folder() }, MODULES)
  expect((await second.store.read(sumUp, undefined)).log).toEqual([])
  await second.store.tx(note, { id: 'second', at: 2 })
  expect((await second.store.read(sumUp, undefined)).log).toEqual([{ id: 'second', at: 2 }])
  expect((await second.facts()).numbers).toMatchObject({ works: 3 })
  await second.close()
  expect(await nextThread()).toBe(taken + 1)
})

test('a writer in which a work left the thread is not kept', async () => {
  keepWriters()
  const taken = await nextThread()
  const one = await openStore({ kind: 'sqlite', folder: folder() }, MODULES)
  await expect(one.store.tx(waitForTimer, { id: 'late' })).rejects.toMatchObject({ code: 'tx_left_thread' })
  await one.close()
  expect(await nextThread()).toBe(taken + 2)
})
