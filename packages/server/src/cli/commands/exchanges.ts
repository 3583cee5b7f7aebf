import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  approveExchange,
  checkExchange,
  type ExchangeJson,
  getExchanges,
  putExchange,
  shareEntry,
} from '@lamplighter/api'
import { sourceKinds } from '../../signals/exchanges/index.ts'
import { type Call, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { type Io, UsageError } from '../io.ts'

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30m`, `6h`, `1d`. @throws UsageError */
function timeOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? []
  if (count === undefined) throw new UsageError(`--every: expected a time such as 30m, 6h or 1d, found "${text}"`)
  return Number(count) * (UNITS[unit] ?? 0)
}

/** @throws UsageError */
function jsonFile(io: Io, name: string, path: string): unknown {
  const file = resolve(io.folder, path)
  if (!existsSync(file)) throw new UsageError(`--${name}: ${path} cannot be read; give the path of a JSON file`)
  if (name === 'credentials' && (statSync(file).mode & 0o077) !== 0)
    io.err.write(`warning: ${path} can be read by others on this machine. Run: chmod 600 ${path}\n`)
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new UsageError(`--${name}: ${path} is not JSON`)
  }
}

export const exchangesOf = async (call: Call): Promise<readonly ExchangeJson[]> =>
  getExchanges.answer.parse(await call('GET', '/v1/exchanges')).items

/** @throws UsageError */
export function oneOf(all: readonly ExchangeJson[], id: string): ExchangeJson {
  const found = all.find((one) => one.id === id)
  if (found !== undefined) return found
  const known = all.length === 0 ? 'there are none yet' : `there are ${all.map((one) => one.id).join(', ')}`
  throw new UsageError(`there is no exchange "${id}"; ${known}`)
}

const day = (at: number | null): string =>
  at === null ? 'never' : new Date(at).toISOString().slice(0, 16).replace('T', ' ')

const STATES: Readonly<Record<ExchangeJson['state'], string>> = {
  unapproved: 'waits for approval',
  on: 'on',
  stopped: 'STOPPED',
  off: 'off',
}

const approvalOf = ({ approvedBy, approvedUntil }: ExchangeJson): string =>
  approvedBy === null ? 'not approved' : `approved by ${approvedBy} until ${day(approvedUntil)}`

function linesOf(one: ExchangeJson): string[] {
  const fed = Object.values(one.lists).join(', ')
  const unmatched = Object.entries(one.pull?.unmatched ?? {}).map(([kind, n]) => `${kind} ${n.toLocaleString('en')}`)
  const open = Object.entries(one.feedback).map(([state, n]) => `${n} ${state}`)
  return [
    `${one.id.padEnd(24)} ${one.source.padEnd(8)} ${STATES[one.state].padEnd(18)} feeds ${fed}`,
    `  last whole pull ${day(one.pulledAt)}, next ${day(one.nextAt)}; ${approvalOf(one)}`,
    ...(one.trouble === null ? [] : [`  ${one.trouble.code}: ${one.trouble.words}`]),
    ...(one.pull?.state === 'running' ? [`  pulling: ${one.pull.pages} pages, ${one.pull.rows} rows`] : []),
    ...(one.pull?.why === null || one.pull === null ? [] : [`  ${one.pull.why}`]),
    ...(open.length === 0 ? [] : [`  feedback: ${open.join(', ')}`]),
    ...(unmatched.length === 0 ? [] : [`  not matchable here: ${unmatched.join(', ')}`]),
  ]
}

export const commands: readonly Command[] = [
  {
    name: 'exchanges list',
    summary: 'Shows from where hashes are pulled, into which lists, since when, and why an exchange stopped.',
    example: 'lamplighter exchanges list',
    async run(io) {
      const items = await withApi(io, exchangesOf)
      io.result({ items }, items.length === 0 ? ['no exchanges yet'] : items.flatMap(linesOf))
      return 0
    },
  },
  {
    name: 'exchanges set',
    summary: 'Sets an exchange up, or changes it. Another person approves it before it feeds a list.',
    example:
      'lamplighter exchanges set ncmec_npo --source ncmec --settings npo.json --credentials npo.secret.json --pdq csam_media --digest csam_files',
    args: ['id'],
    options: {
      source: { help: `one of ${[...sourceKinds.keys()].join(', ')}`, value: 'name' },
      settings: { help: 'JSON file of what the source needs; see docs/exchanges.md', value: 'file' },
      credentials: { help: 'JSON file of what signs in; it is sealed and never shown', value: 'file' },
      pdq: { help: 'list that takes the hashes of pictures', value: 'list' },
      digest: { help: 'list that takes MD5, SHA-1 and SHA-256', value: 'list' },
      every: { help: 'between the beginnings of two pulls, 1h if not given', value: 'time' },
      off: { help: 'switched off: nothing is pulled' },
    },
    async run(io, given) {
      const [id = ''] = given.args
      const [source, settings] = ['source', 'settings'].map((name) => {
        const value = given.value(name)
        if (value === undefined) throw new UsageError(`exchanges set needs --${name}`)
        return value
      })
      const credentials = given.value('credentials')
      const lists = { pdq: given.value('pdq'), digest: given.value('digest') }
      const body = {
        ...{ source, settings: jsonFile(io, 'settings', settings ?? ''), lists, on: !given.has('off') },
        ...(credentials !== undefined && { credentials: jsonFile(io, 'credentials', credentials) }),
        everyMs: timeOf(given.value('every') ?? '1h'),
      }
      const path = `/v1/exchanges/${encodeURIComponent(id)}`
      const set = await withApi(io, async (call) => putExchange.answer.parse(await call('PUT', path, body)))
      const next =
        set.state === 'unapproved' ? `. Another person approves it, or: lamplighter exchanges approve ${id}` : ''
      const made = set.declared.map(
        (list) => `${list} was not there: it is declared sealed, without sharing, export and use on devices`,
      )
      io.result(set, [...made, `${id} is set up and ${STATES[set.state]}${next}`])
      return 0
    },
  },
  {
    name: 'exchanges approve',
    summary: 'Lets an exchange feed its lists for twelve months. On the machine itself the operator answers for it.',
    example: 'lamplighter exchanges approve ncmec_npo',
    args: ['id'],
    async run(io, { args: [id = ''] }) {
      const approved = await withApi(io, async (call) => {
        const { revision } = oneOf(await exchangesOf(call), id)
        return approveExchange.answer.parse(await call('POST', `/v1/exchanges/${id}/approve`, { revision }))
      })
      io.result(approved, [`${id} is approved until ${day(approved.approvedUntil)}`])
      return 0
    },
  },
  {
    name: 'exchanges share',
    summary: 'Hands the hash of an own entry in. Of a sealed list another person has to agree in the console.',
    example: 'lamplighter exchanges share group --list own_files --entry 12',
    args: ['id'],
    options: {
      list: { help: 'list of your own whose terms allow sharing', value: 'list' },
      entry: { help: 'number of the entry; it rests on a decision', value: 'number' },
    },
    async run(io, given) {
      const [id = ''] = given.args
      const list = given.value('list')
      const number = Number(given.value('entry'))
      if (list === undefined) throw new UsageError('exchanges share needs --list')
      if (!Number.isSafeInteger(number) || number < 1)
        throw new UsageError('exchanges share needs --entry with the number of an entry')
      const path = `/v1/exchanges/${encodeURIComponent(id)}/shares`
      const body = { list, entry: number }
      const shared = await withApi(io, async (call) => shareEntry.answer.parse(await call('POST', path, body)))
      io.result(shared, [
        shared.state === 'asked'
          ? `${list} is sealed: another person agrees on the page of the case, before the hash goes to ${id}`
          : `entry ${number} of ${list} is ${shared.state === 'delivered' ? 'with' : 'on its way to'} ${id}`,
      ])
      return 0
    },
  },
  {
    name: 'exchanges check',
    summary: 'Signs in, reads the first page of the next pull and keeps nothing of it.',
    example: 'lamplighter exchanges check ncmec_npo',
    args: ['id'],
    async run(io, { args: [id = ''] }) {
      const checked = await withApi(io, async (call) => {
        oneOf(await exchangesOf(call), id)
        return checkExchange.answer.parse(await call('POST', `/v1/exchanges/${id}/check`, {}))
      })
      io.result(checked, [
        checked.ok
          ? `${id} answers: ${checked.rows} rows on the first page, ${checked.bad} of them cannot be read`
          : `${id} does not: ${checked.code}: ${checked.words}`,
      ])
      return checked.ok ? 0 : 1
    },
  },
]
