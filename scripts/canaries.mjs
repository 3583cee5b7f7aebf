// Hashes the harmless pictures anew, with the exact kernel: node scripts/canaries.mjs
import { writeFileSync } from 'node:fs'
import { canaryHashes } from '../packages/server/src/signals/canaries/testing/hashes.ts'

const file = new URL('../packages/server/src/signals/canaries/hashes.txt', import.meta.url)
writeFileSync(file, `${canaryHashes().join('\n')}\n`)
