import type { ActionJson, Do, RecordedJson } from '@lamplighter/api'
import type { LetterType } from './tables.ts'
import type { ActionWish, ItemRef } from './wishes.ts'

/** The body of a message, frozen when its row is written; the signature and its time are made at each attempt. */
export function letterBody(type: LetterType, at: number, data: object): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
}

/** The same message with further members in its data: what it overtakes, or that it restates. */
export function withData(body: string, more: { overtakes?: readonly string[]; restates?: true }): string {
  const letter: { type: string; timestamp: string; data: object } = JSON.parse(body)
  return JSON.stringify({ ...letter, data: { ...letter.data, ...more } })
}

export function actionData(action: string, wish: ActionWish, recorded: RecordedJson): ActionJson {
  return {
    action,
    do: wish.do,
    what: wish.what ?? null,
    item: wish.item,
    account: wish.account,
    policy: wish.policy,
    by: wish.by,
    notice: wish.notice ?? null,
    reason: wish.reason,
    until: wish.until === null ? null : new Date(wish.until).toISOString(),
    undoOf: wish.undoOf ?? null,
    recorded,
  }
}

const opposites: Partial<Record<Do, Do>> = {
  remove: 'restore',
  hold: 'release',
  label: 'unlabel',
  limit: 'unlimit',
  suspend: 'unsuspend',
  restore: 'remove',
  release: 'hold',
  unlabel: 'label',
  unlimit: 'limit',
  unsuspend: 'suspend',
}

/** What undoes it; a warning and an offer cannot be unsaid. */
export const oppositeOf = (act: Do): Do | undefined => opposites[act]

const families: Record<Do, string | null> = {
  remove: 'shown',
  restore: 'shown',
  hold: 'shown',
  release: 'shown',
  label: 'label',
  unlabel: 'label',
  limit: 'limit',
  unlimit: 'limit',
  suspend: 'open',
  unsuspend: 'open',
  warn: null,
  offer: null,
}

/** Which actions replace each other: those on one object that speak of one property of it. Null for what leaves no state. */
export function familyOf(act: Do, what: string | null, item: ItemRef | null): string | null {
  const family = families[act]
  return family === null ? null : JSON.stringify([family, what, item?.type ?? null, item?.id ?? null])
}

/** What Settings shows of a row, without an id of a person. */
export function wordsOf(type: LetterType, act: Do | null, item: ItemRef | null): string {
  const what = act === null ? '' : ` ${act}${item === null ? '' : ` 1 ${item.type}`}`
  return `${type}${what}`
}
