export type EngineName =
  | 'wick'
  | 'sqrl'
  | 'celJs'
  | 'jsonLogic'
  | 'jsonRules'
  | 'wickCounting'
  | 'wickLarge'
  | 'wickDurable'
  | 'sqrlCounting'
  | 'sqrlRedis'

/** What a side is asked; each question has one answer. */
export type Question =
  | { readonly ask: 'decisions'; readonly rules: number; readonly events: number; readonly inFlight?: number }
  | { readonly ask: 'perSecondByClock'; readonly rules: number; readonly ms: number; readonly inFlight: number }
  | { readonly ask: 'perSecond' | 'p99Ms'; readonly rules: number; readonly ms: number }
  | { readonly ask: 'loadMs'; readonly rules: number }
