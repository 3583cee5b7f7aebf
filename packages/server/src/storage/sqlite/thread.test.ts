import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startWriterAhead } from '../ahead.ts'
import { openStore } from '../open.ts'
import { notWritable } from '../probe.ts'
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
