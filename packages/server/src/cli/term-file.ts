import { existsSync, readFileSync } from 'node:fs'
import { importTermFile } from '@lamplighter/api'
import { readTermFile } from '../signals/terms-files/index.ts'
import { withApi } from './api.ts'
import { type ExitCode, type Io, UsageError } from './io.ts'

/** The note of a term file lies beside it. */
export const notePath = (path: string): string => `${path.replace(/\.json$/, '')}.note`

/** Sends a signed term file. What is wrong in it is told before anything is sent. */
export async function sendTermFile(io: Io, path: string, live: boolean): Promise<ExitCode> {
  const note = notePath(path)
  if (!existsSync(note)) throw new UsageError(`${note} is not there; sign the file first: lamplighter lists sign`)
  const bytes = readFileSync(path)
  const { id } = readTermFile(bytes).text
  const body = { file: bytes.toString('utf8'), note: readFileSync(note, 'utf8'), live }
  const answer = importTermFile.answer.parse(
    await withApi(io, (call) => call('POST', `/v1/lists/${id}/versions`, body)),
  )
  const { version, state, entries, added, removed, signed, why } = answer
  io.result(answer, [
    `${id} version ${version} is ${state}: ${entries} entries, ${added} added, ${removed} removed; signed by ${signed.by.join(', ')}`,
    ...why.map((reason) => `  because ${reason}`),
  ])
  return 0
}
