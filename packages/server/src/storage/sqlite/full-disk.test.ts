import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../open.ts'
import { notWritable } from '../probe.ts'
import { openAccounts } from '../testing/bank.store.ts'
import { MODULES } from '../testing/opened.ts'

/** A disk of 24 MiB of its own, or undefined where this user may not mount one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'll-full-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]).status === 0
  onTestFinished(() => {
    if (mounted) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return mounted ? folder : undefined
}

test('a disk that others fill stops writes, not the server, and they go on when there is room', async () => {
  const folder = smallDisk()
  if (folder === undefined) return console.warn('SKIPPED a full disk: this user may not mount one')
  const storage = await openStore({ kind: 'sqlite', folder }, MODULES)
  for (let slice = 0; slice < 20; slice += 1) {
    const ids = Array.from({ length: 1_000 }, (_, n) => `account-${slice}-${n}`)
    await storage.store.tx(openAccounts, { ids, balance: 1 })
  }
  // The log is still to be moved into the database, which must grow for it: there is no room now.
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(join(folder, 'others'), Buffer.alloc(bavail * bsize))
  // A writer that leaves takes the process with it.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await notWritable(storage.store)).toBe('the disk is nearly full')
  rmSync(join(folder, 'others'))
  await expect.poll(() => notWritable(storage.store), { timeout: 5_000 }).toBeUndefined()
  await storage.close()
})
