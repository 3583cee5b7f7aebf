import { storeOf } from '../store.ts'

/** Whether the last call reached the server. `navigator.onLine` cannot tell: a stopped server on this machine is "online". */
export const reach = storeOf<'reached' | 'unreachable'>('reached')

export const noteReached = (): void => reach.set('reached')
export const noteUnreachable = (): void => reach.set('unreachable')
