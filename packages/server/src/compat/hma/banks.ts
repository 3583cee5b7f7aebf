import { createHash } from 'node:crypto'
import { AppError } from '../../http/errors.ts'
import type { MatchDesk } from '../../signals/index.ts'
import type { Storage } from '../../storage/index.ts'
import { ALWAYS, knownBanks, numberBanks } from './store.ts'

type List = Awaited<ReturnType<MatchDesk['lists']>>[number]

/** A list as HMA calls it. */
export interface Bank {
  readonly name: string
  readonly list: List
  readonly number: number
  /** 0 to 1. Sealed lists always answer: chance does not decide whether known abuse is found (matching.md §1). */
  readonly ratio: number
}

/** `csam_media` ↔ `CSAM_MEDIA`: HMA's names have capitals. */
export const bankName = (list: string): string => list.toUpperCase()

export async function banksOf(storage: Storage, all: readonly List[]): Promise<readonly Bank[]> {
  // Videos by their frames are no signal type of HMA's own: what it calls a video is an MD5.
  const lists = all.filter(({ kind }) => kind !== 'vpdq')
  let known = await rowsOf(storage)
  if (lists.some(({ id }) => !known.has(id))) {
    await storage.store.tx(numberBanks, { lists: lists.map(({ id }) => id) })
    known = await rowsOf(storage)
  }
  return lists.flatMap((list) => {
    const row = known.get(list.id)
    if (row === undefined) return []
    const ratio = list.sealed === 1 ? 1 : row.ratio / ALWAYS
    return [{ name: bankName(list.id), list, number: Number(row.number), ratio }]
  })
}

const rowsOf = async (storage: Storage) =>
  new Map((await storage.store.read(knownBanks, undefined)).map((row) => [row.list, row]))

/** @throws AppError `not_found` */
export function bankNamed(banks: readonly Bank[], name: string | undefined): Bank {
  const bank = banks.find((one) => one.name === name)
  if (bank === undefined) throw new AppError('not_found', 'There is no bank of this name, or this key may not ask it.')
  return bank
}

/** Entries of one list; above them the bank's number. Both fit into the 53 bits that JSON's readers hold exactly. */
const ENTRIES = 2 ** 32

/** One id for an entry of any bank. Entry 0 stands for all entries of a sealed list. */
export const contentId = (bank: Bank, entry: number): number => bank.number * ENTRIES + entry

/** The number of the entry in its list; undefined where the id is of another bank. */
export function entryOf(bank: Bank, id: number): number | undefined {
  const entry = id - bank.number * ENTRIES
  return Number.isSafeInteger(id) && entry > 0 && entry < ENTRIES ? entry : undefined
}

/** A number from 0 to 1 that a bank's ratio must reach; equal for equal seeds. */
export function coinOf(query: URLSearchParams, chance: () => number): number {
  if (query.get('bypass_coinflip') === 'true') return 0
  const seed = query.get('seed')
  return seed === null ? chance() : createHash('sha256').update(seed).digest().readUInt32BE(0) / 2 ** 32
}
