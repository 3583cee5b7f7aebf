import { existsSync, readFileSync } from 'node:fs'
import { TermFileTaken } from '@lamplighter/api'
import { parseVerifierKey } from '@lamplighter/ledger'
import { checkNote, readTermFile } from '../signals/terms-files/index.ts'
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
  const answer = TermFileTaken.parse(await withApi(io, (call) => call('POST', `/v1/lists/${id}/versions`, body)))
  const { version, state, entries, added, removed, signed, why } = answer
  io.result(answer, [
    `${id} version ${version} is ${state}: ${entries} entries, ${added} added, ${removed} removed; signed by ${signed.by.join(', ')}`,
    ...why.map((reason) => `  because ${reason}`),
  ])
  return 0
}

/** Checks a term file, and the signed note beside it if there is one. Nothing is sent or stored. */
export async function checkTermFile(io: Io, path: string): Promise<ExitCode> {
  if (!existsSync(path)) throw new UsageError(`${path} cannot be read; give the path of a term file`)
  const file = readTermFile(readFileSync(path))
  const { id, version } = file.text
  const note = notePath(path)
  const about = { id, version, sha256: file.sha256, entries: file.entries.length }
  const good = `${id} version ${version}: ${file.entries.length} entries, good`
  if (!existsSync(note)) {
    io.result({ ...about, note: null }, [`${good}. There is no note: sign it before it is imported`])
    return 0
  }
  const keys = io.config().config.listKeys.map(parseVerifierKey)
  const { keys: by, day } = await checkNote(readFileSync(note, 'utf8'), file, keys)
  io.result({ ...about, note: { by, day } }, [`${good}; signed by ${by.join(', ')} on ${day}`])
  return 0
}
