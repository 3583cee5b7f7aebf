import { rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../open.ts'
import { sumUp } from '../testing/bank.store.ts'
import { MODULES } from '../testing/opened.ts'
import { newFolder } from '../testing/room.ts'

test('whoever reads in a loop leaves everybody else their turn', async () => {
  const folder = newFolder()
  const { store, close } = await openStore({ kind: 'sqlite', folder }, MODULES)
  onTestFinished(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })
  let turns = 0
  let reading = true
  const others = (async () => {
    for (; reading; turns += 1) await setImmediate()
  })()
  for (const began = performance.now(); performance.now() - began < 500; ) await store.read(sumUp, undefined)
  reading = false
  const had = turns
  await others
  expect(had).toBeGreaterThan(2)
})
