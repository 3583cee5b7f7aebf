import { rmSync } from 'node:fs'
import type { Driver } from './index-peer.ts'
import { builtOf } from './meta.ts'

let built: ReturnType<typeof builtOf> | undefined

/** Meta's indexes, compiled for this very processor when they are first asked for. Their kinds: `flat`, `mih`. */
export function metaIndex(): Driver {
  if (built === undefined) {
    built = builtOf('meta-index.cpp', ['-march=native'])
    const { folder } = built
    if (folder !== undefined) process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  }
  return 'missing' in built
    ? { missing: `peer missing: ${built.missing}` }
    : { program: built.program, name: 'Meta’s C++' }
}
