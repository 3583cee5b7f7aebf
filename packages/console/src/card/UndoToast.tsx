import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { caseName } from '../case/case-number.ts'
import { useCommands } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { useStore } from '../store.ts'
import { useNow } from '../time.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { last, underWay } from './memory.ts'
import { offeredUntil, undoPhase } from './undo.ts'
import { useDecide } from './useDecide.ts'

/** The last decision, with a visible countdown. It is not a live region: the decision was spoken once already. */
export function UndoToast() {
  const t = useMessages()
  const decision = useStore(last)
  const now = useNow(250)
  const { undo } = useDecide()
  useCommands({ undo: () => (decision === null && underWay.current === null ? false : void undo()) })
  const over = decision !== null && now > offeredUntil(decision)
  const gone = decision === null || over || decision.state === 'undone'
  useEffect(() => {
    // Only the one that was looked at: another decision may have been made since.
    if (over && last.get() === decision) last.set(null)
  }, [over, decision])
  if (gone) return null
  const phase = undoPhase(decision.undoUntil, now)
  return (
    <section
      aria-label={t.undo.label}
      className="fixed bottom-3 left-1/2 z-20 flex -translate-x-1/2 items-center gap-3 rounded-lg border border-edge bg-surface py-1.5 ps-3 pe-1.5 shadow-lg"
    >
      <span>{t.undo.decided(caseName(decision.number), decision.words)}</span>
      {phase.phase === 'undo' && decision.state !== 'failed' ? (
        <Button aria-keyshortcuts="z" disabled={decision.state === 'undoing'} hint="z" onClick={() => void undo()}>
          <Icon name="undo" />
          {t.undo.undoIn(phase.seconds)}
        </Button>
      ) : (
        <Link
          className="inline-flex min-h-7 items-center rounded-md border border-edge px-2.5 hover:bg-glow"
          params={{ case: caseName(decision.number) }}
          search={{}}
          to="/review/$case"
        >
          {t.undo.reverse}
        </Link>
      )}
      <button
        aria-label={t.close}
        className="grid size-7 place-items-center rounded-md text-muted hover:bg-glow hover:text-ink"
        onClick={() => last.set(null)}
        type="button"
      >
        <Icon name="close" />
      </button>
    </section>
  )
}
