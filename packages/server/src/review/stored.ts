import type { EvidenceJson, HashHit, SignalJson } from '@lamplighter/api'
import type { ItemState, ProvenanceWord } from './decide.ts'

/** A match of a file, with the number of the entry: what a decision may later be told to the source of the list about. Never shown. */
export type StoredHit = HashHit & { readonly entry: number }

/** One file of an item, as the case keeps its facts. */
export interface StoredFile {
  readonly exhibit: string | null
  readonly type: string
  readonly claimedType: string | null
  readonly size: number
  readonly width: number | null
  readonly height: number | null
  readonly flags: readonly string[]
  /** What made the hashes, where the platform sent no bytes. */
  readonly madeBy?: string
  readonly hits: readonly StoredHit[]
  /** Hits that an exception silenced. */
  readonly silenced?: NonNullable<EvidenceJson['media']>['silenced']
  readonly unknown: readonly { readonly part: string; readonly why: string }[]
}

/** What a case keeps of one event, sealed. */
export interface StoredEvidence {
  readonly eventKind: string
  readonly provenance: ProvenanceWord
  readonly author: { readonly role: 'actor' | 'target' | 'other' | 'reporter'; readonly id: string | null }
  readonly item: { readonly type: string; readonly id: string } | null
  readonly itemState: ItemState
  readonly occurredAt: number
  readonly text: string | null
  readonly marks: readonly { readonly from: number; readonly to: number; readonly why: string }[]
  readonly links: readonly string[]
  readonly files: readonly StoredFile[]
  readonly signals: readonly SignalJson[]
  readonly facts: readonly { readonly name: string; readonly value: string }[]
  /** The switch that kept its content from being read, and so from the case. */
  readonly off?: string
}

export interface StoredReport {
  readonly text: string
  /** The platform's id of who reported: needed to answer them, shown to nobody. */
  readonly reporter: string
}

export interface StoredStatement {
  readonly statement: { readonly language: string; readonly text: string } | null
  readonly note: string | null
}
