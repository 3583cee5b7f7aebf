import type { Json } from '@lamplighter/rules'
import type { LiveRules } from '../policy/index.ts'
import type { StoredEvidence } from '../review/index.ts'
import type { Judged } from './pen.ts'

/** One past event as the platform handed it in, while it waits to be judged. */
export interface Archived {
  /** When it occurred: that is also when it counts as received. */
  readonly at: number
  readonly wire: Json
  /** The switch that keeps its content from being read. Then it holds none. */
  readonly off?: string
}

/** What a case keeps of the content of an archived event. */
export type ArchivedContent = Pick<StoredEvidence, 'text' | 'marks' | 'links' | 'files' | 'signals'>

/** One archived event, measured and ready to be written down as the log writes it. */
export interface Planned {
  readonly judged: Judged
  readonly content: () => ArchivedContent
}

/** What is done to the events of an archive. Only `intake` knows events as they come, and it stands above the log: so it is given by the house. */
export interface ArchiveReader {
  /**
   * The events of one call, each as it may be kept.
   *
   * @throws AppError `malformed` · `invalid` · `line_incomplete` some are no events, which are named · `too_large`
   */
  take(
    request: Request,
    from: { readonly connection: string; readonly now: number },
  ): Promise<{ readonly body: Uint8Array; readonly events: readonly Archived[] }>
  /** Measures some, side by side, for these versions. Undefined for what this software can no longer read. */
  plan(
    events: readonly Archived[],
    how: { readonly connection: string; readonly versions: readonly LiveRules[] },
  ): Promise<readonly (Planned | undefined)[]>
}
