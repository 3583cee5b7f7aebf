import type { CaseJson } from '@lamplighter/api'
import { claimCase } from '@lamplighter/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call } from '../api/client.ts'
import { hasCode } from '../api/errors.ts'
import { caseQuery } from '../api/queries.ts'
import { arriving } from '../card/memory.ts'
import { useStore } from '../store.ts'
import { type Change, changedBy, changesOf } from './changes.ts'
import { forgetSent, sentAs } from './memory.ts'

export interface HeldCase {
  /** The case as its reader last took it in; what is decided is decided about this. */
  readonly shown: CaseJson
  /** The newest state: claim, decision and lock are read from here. */
  readonly newest: CaseJson
  readonly changes: readonly Change[]
  readonly changed: { by: string; at: number } | null
  /** Takes the newest state over. */
  adopt(): void
}

/**
 * Keeps what is on screen still while the case moves on beneath it, and says what moved. Until the words fetched ahead
 * have given way to the newest, nobody has read them: what differs then, one's own decision before it for one, is no change.
 */
export function useHeldCase(number: number) {
  const query = useQuery(caseQuery(number))
  const [shown, setShown] = useState<CaseJson | undefined>(() => sentAs(number) ?? query.data)
  const isOnItsWay = useStore(arriving) === number || query.isFetching
  const [isOpening, setOpening] = useState(() => sentAs(number) === undefined && isOnItsWay)
  const newest = query.data
  const isTaken = shown === undefined || isOpening || (newest !== undefined && changesOf(shown, newest).length === 0)
  if (newest !== undefined && newest !== shown && isTaken) setShown(newest)
  if (isOpening && !isOnItsWay) setOpening(false)
  const held: HeldCase | null =
    newest === undefined || shown === undefined
      ? null
      : {
          shown,
          newest,
          changes: changesOf(shown, newest),
          changed: changedBy(shown, newest),
          adopt: () => {
            forgetSent(number)
            setShown(newest)
          },
        }
  return { query, held }
}

const KEEP_MS = 60_000

/** Keeps the claim alive while its holder moves: at most one call a minute, none when nobody is there. */
export function useKeptClaim(number: number, mine: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!mine) return
    let last = Date.now()
    const moved = () => {
      if (Date.now() - last < KEEP_MS) return
      last = Date.now()
      call(claimCase, { params: { number } })
        .then(({ until, revision }) => {
          client.setQueryData(caseQuery(number).queryKey, (old) =>
            old?.claim ? { ...old, claim: { ...old.claim, until } } : old,
          )
          if (client.getQueryData(caseQuery(number).queryKey)?.revision !== revision)
            void client.invalidateQueries({ queryKey: ['case', number] })
        })
        .catch((error: unknown) => {
          if (hasCode(error, 'not_yours', 'already_decided', 'first_decider', 'stale_revision'))
            void client.invalidateQueries({ queryKey: ['case', number] })
        })
    }
    window.addEventListener('keydown', moved)
    window.addEventListener('pointerdown', moved)
    window.addEventListener('wheel', moved, { passive: true })
    return () => {
      window.removeEventListener('keydown', moved)
      window.removeEventListener('pointerdown', moved)
      window.removeEventListener('wheel', moved)
    }
  }, [client, number, mine])
}
