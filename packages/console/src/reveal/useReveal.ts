import { makeReveal } from '@lamplighter/api'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import { call, fetchOnce } from '../api/client.ts'
import { atFacts, climb, type Ladder, type Wish } from './ladder.ts'

export const FULL_MS = 5_000

interface Picture {
  readonly url: string
  readonly wish: Wish
}

/**
 * Shows one file by the ladder. The server logs first and then gives an address that works once; its bytes live behind an
 * object URL that is revoked as soon as they are not to be seen. Bytes that come too late are dropped unseen.
 */
export function useReveal(number: number, exhibit: string, reason: string) {
  const client = useQueryClient()
  const [ladder, send] = useReducer(climb, atFacts)
  const [error, setError] = useState<unknown>(null)
  const [pictures, setPictures] = useState<{ rest: Picture | null; top: Picture | null }>({ rest: null, top: null })
  const why = useRef(reason)
  why.current = reason

  const { ticket, wish, phase, colour } = ladder
  // Re-asked for each ticket: a wish is one reveal, and one entry in the log.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ticket stands for the wish and its colour
  useEffect(() => {
    if (phase !== 'asking' || wish === null) return
    const abort = new AbortController()
    const ask = async () => {
      const said = why.current.trim()
      const reveal = await call(makeReveal, {
        body: {
          case: number,
          exhibit,
          step: wish.step,
          ...(wish.step === 'full' && colour && { colour }),
          ...(wish.region !== null && { region: wish.region }),
          ...(said !== '' && { reason: said }),
        },
        signal: abort.signal,
      })
      const blob = await fetchOnce(reveal.url, abort.signal)
      if (abort.signal.aborted) return
      const picture = { url: URL.createObjectURL(blob), wish }
      const resting = wish.hold === null && wish.region === null
      setPictures((old) => (resting ? { rest: picture, top: null } : { ...old, top: picture }))
      send({ type: 'arrived', ticket })
      void client.invalidateQueries({ queryKey: ['me'] })
    }
    setError(null)
    ask().catch((failure: unknown) => {
      if (abort.signal.aborted) return
      setError(failure)
      send({ type: 'failed', ticket })
    })
    return () => {
      if (phase === 'asking') abort.abort()
    }
  }, [ticket])

  useForgotten(pictures.rest?.url)
  useForgotten(pictures.top?.url)
  useEffect(() => {
    setPictures((old) => ({
      rest: ladder.rest === 'facts' ? null : old.rest,
      top: ladder.wish?.hold || ladder.wish?.region ? old.top : null,
    }))
  }, [ladder.rest, ladder.wish])
  const timed = phase === 'shown' && (wish?.hold === 'seconds' || wish?.region !== null) ? ticket : null
  useEffect(() => {
    if (timed === null) return
    const timer = setTimeout(() => send({ type: 'ended' }), FULL_MS)
    return () => clearTimeout(timer)
  }, [timed])

  const hide = useCallback(() => send({ type: 'hide' }), [])
  return { ladder, send, hide, error, picture: pictureOf(ladder, pictures) }
}

const pictureOf = (ladder: Ladder, pictures: { rest: Picture | null; top: Picture | null }): Picture | null => {
  if (ladder.wish === null) return null
  if (ladder.wish.hold === null && ladder.wish.region === null) return pictures.rest
  return ladder.phase === 'shown' ? pictures.top : pictures.rest
}

/** Revokes an object URL as soon as another takes its place or the file leaves the screen. */
function useForgotten(url: string | undefined): void {
  useEffect(() => {
    if (url === undefined) return
    return () => URL.revokeObjectURL(url)
  }, [url])
}
