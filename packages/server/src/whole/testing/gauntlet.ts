import type { ExchangeBody } from '../../signals/exchanges/service.ts'
import type { FedLists } from '../../signals/exchanges/tables.ts'
import type { FakeCall, FakeServer, Trap } from '../../signals/exchanges/testing/fake-server.ts'

/** A row that is no hash. */
export const TORN = 'zz'.repeat(16)
/** Rows of a page. */
export const ROWS = 5

/** What a source is told before it starts. */
export interface GauntletSetting {
  /** Its clock, in milliseconds: that of the house, or off by some minutes. */
  readonly now: () => number
  /** Whether pages may be empty though more follow. */
  readonly emptyPages: boolean
}

export interface GauntletSource {
  readonly name: string
  start(setting: GauntletSetting): Promise<Gauntlet>
}

/** One source in the gauntlet, in the words that all of them have in common. */
export interface Gauntlet {
  readonly fake: FakeServer
  readonly body: Pick<ExchangeBody, 'source' | 'settings' | 'credentials'>
  readonly lists: (keyof FedLists)[]
  /** Whether a call is for a page, and not for a sign-in. */
  isPage(call: FakeCall): boolean
  /** What a place in the middle of a window is answered that has ended. */
  readonly endsPlace?: Trap
  /** Names of what says where a page lies (`place`), and of what says which window it lies in. */
  readonly resumedBy?: { readonly place: string; readonly window: string }
  /** Lists picture and file n. */
  put(n: number): void
  /** Shows n a second time as it was before, with another class. */
  twice(n: number): void
  take(n: number): void
  /** A row of which the hash is none. */
  torn(): void
}
