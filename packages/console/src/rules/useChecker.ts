import { useEffect, useRef, useState } from 'react'
import { type Checker, openChecker } from './checker.ts'
import type { Answers } from './questions.ts'

/** How long to wait for the next key before the text is looked at: less than a person notices. */
const PAUSE_MS = 20

export type Looked = Readonly<Answers['look']> & {
  /** The text that was looked at. */
  readonly text: string
}

/** A checker for one page: opened with it, told what the text is held against, closed with it. Null until it is ready. */
export function useChecker(base: { schema: string; live: string | null } | null): {
  checker: Checker | null
  failed: boolean
} {
  const [state, setState] = useState<{ checker: Checker | null; failed: boolean }>({ checker: null, failed: false })
  const schema = base?.schema
  const live = base?.live ?? null
  useEffect(() => {
    if (schema === undefined) return
    const checker = openChecker()
    let gone = false
    checker.ask({ op: 'base', schema, live }).then(
      ({ ready }) => !gone && setState({ checker: ready ? checker : null, failed: !ready }),
      () => !gone && setState({ checker: null, failed: true }),
    )
    return () => {
      gone = true
      checker.close()
      setState({ checker: null, failed: false })
    }
  }, [schema, live])
  return state
}

/** What the checker says of a text that somebody is writing. One look at a time, always of the newest text. */
export function useLook(checker: Checker | null, text: string): { looked: Looked | null; failed: boolean } {
  const [looked, setLooked] = useState<Looked | null>(null)
  const [failed, setFailed] = useState(false)
  const newest = useRef(text)
  newest.current = text
  const schedule = useRef<() => void>(() => undefined)
  useEffect(() => {
    if (checker === null) return
    let gone = false
    let busy = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async () => {
      if (busy) return
      busy = true
      const asked = newest.current
      try {
        const answer = await checker.ask({ op: 'look', text: asked })
        if (!gone) setLooked({ ...answer, text: asked })
      } catch {
        // Nobody can say what is wrong with the text: the page tells that, and asks the server where it can.
        if (!gone) setFailed(true)
        return
      } finally {
        busy = false
      }
      if (!gone && newest.current !== asked) void look()
    }
    schedule.current = () => {
      clearTimeout(timer)
      timer = setTimeout(look, PAUSE_MS)
    }
    schedule.current()
    return () => {
      gone = true
      clearTimeout(timer)
      schedule.current = () => undefined
    }
  }, [checker])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each text is looked at, and the latest is read from the reference
  useEffect(() => schedule.current(), [text])
  return { looked, failed }
}
