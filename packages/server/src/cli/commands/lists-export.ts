import { createHash } from 'node:crypto'
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { getManifest } from '@lamplighter/api'
import { type Call, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'

/** Asked for again where the list changed between the file and its manifest. */
const MOST_TRIES = 3

/** The file and the manifest of one version. @throws AppError `sealed` · `terms` · `not_found` */
async function exported(call: Call, list: string) {
  for (let tries = 1; ; tries += 1) {
    const text = String((await call('GET', `/v1/lists/${list}/export`)).text)
    const manifest = getManifest.answer.parse(await call('GET', `/v1/lists/${list}/export/manifest`))
    if (createHash('sha256').update(text).digest('hex') === manifest.sha256) return { text, manifest }
    if (tries === MOST_TRIES) throw new UsageError(`${list} changes all the time; export it again later`)
  }
}

export const commands: readonly Command[] = [
  {
    name: 'lists export',
    summary: 'Writes the entries of a list to a CSV file, with its manifest beside it, where its terms allow it.',
    example: 'lamplighter lists export shops shops.csv',
    args: ['list', 'file'],
    async run(io, given) {
      const [list = '', file = ''] = given.args
      const path = resolve(io.folder, file)
      if (existsSync(path)) throw new UsageError(`${path} is there already; name another file, or take it away`)
      const { text, manifest } = await withApi(io, (call) => exported(call, list))
      const beside = `${path}.manifest.json`
      writeFileSync(beside, `${JSON.stringify(manifest, null, 2)}\n`)
      // The file comes last and whole: who finds it finds its manifest, too.
      writeFileSync(`${path}.part`, text, { flag: 'wx' })
      renameSync(`${path}.part`, path)
      io.result({ file: path, manifest: beside, ...manifest }, [
        `${list} version ${manifest.version}: ${manifest.rows} entries in ${path}, manifest in ${beside}`,
      ])
      return 0
    },
  },
]
