import type { Do, RecordedJson } from '@lamplighter/api'
import type { RecordKeys } from '../transparency/index.ts'
import type { ColumnKey } from './sealing.ts'

/** What the works of this subject need beside the wish itself. Structured-cloneable; made on the main thread. */
export interface ActionMeans {
  /** Seals bodies, notices, appeals and secrets. */
  readonly columns: ColumnKey
  readonly record: RecordKeys
  /** `LAMPLIGHTER_URL`, without a slash at its end. */
  readonly site: string
}

export interface ItemRef {
  readonly type: string
  readonly id: string
}

/** One thing that the platform is to do. */
export interface ActionWish {
  readonly do: Do
  /** Capability, label or topic. */
  readonly what?: string
  readonly item: ItemRef | null
  readonly account: string | null
  readonly policy: { readonly id: string; readonly name: string } | null
  readonly by: 'person' | 'rule'
  readonly reason: { readonly code: string; readonly text: string } | null
  /** When it ends by itself, milliseconds since 1970. */
  readonly until: number | null
  readonly undoOf?: string
  readonly notice?: string
  readonly decision: string
  readonly notBefore: number
  readonly recorded: RecordedJson
}

/** The statement of reasons to the person affected (DSA Art. 17). */
export interface NoticeWish {
  readonly account: string
  readonly item: ItemRef | null
  readonly decision: string
  readonly case: number | null
  readonly policy: { readonly id: string; readonly name: string }
  readonly rule?: string
  /** Decided by a rule, without a person. */
  readonly automated: boolean
  readonly foundBy?: 'machine' | 'report' | 'person'
  /** `remove`, `warn`, `suspend`, `block`, `hold`, `limit`, or `limit links` with the capability: the page says them in its reader's language. */
  readonly effects: readonly string[]
  /** What the decision rests on: `rule_matched`, `not_checked` or `person_looked`, said by the page as well. */
  readonly facts: string
  readonly statement: {
    readonly language: string
    readonly text: string
    /** The same in other languages, where whoever wrote it gave them. */
    readonly translations?: Readonly<Record<string, string>>
  }
  readonly until: number | null
  readonly appealUntilDays?: number
  readonly notBefore: number
  /** Staff who took part: none of them may decide an appeal. */
  readonly tookPart?: readonly string[]
}

/** Six months, as DSA Art. 20(1) asks for. */
export const APPEAL_DAYS = 183

/** Whole days in milliseconds. */
export const DAY_MS = 86_400_000
