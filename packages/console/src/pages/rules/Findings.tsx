import { useMessages } from '../../messages/index.ts'
import type { Found } from '../../rules/questions.ts'

/** What is wrong with the text: each finding with its place, its message and what to write instead; a press goes there. */
export function Findings(props: {
  found: readonly Found[]
  /** Whether these are of the text as it now stands. */
  fresh: boolean
  onJump: (from: number, to: number) => void
}) {
  const t = useMessages()
  const { editor } = t.rulebook
  const { found, fresh } = props
  const errors = found.filter(({ severity }) => severity === 'error').length
  return (
    <div aria-busy={fresh ? undefined : true} className="grid grid-cols-1 gap-2 p-4">
      <p aria-live="polite" className="font-semibold">
        {found.length > 0 ? editor.count(errors, found.length - errors) : fresh ? editor.fine : `${editor.checking} …`}
      </p>
      <ol aria-label={editor.findings} className="grid grid-cols-1 gap-2">
        {found.map((one) => (
          <li key={`${one.line}:${one.column} ${one.code} ${one.message}`}>
            <button
              className="grid w-full gap-0.5 rounded-lg border border-line bg-surface px-3 py-2 text-start wrap-anywhere hover:border-accent"
              onClick={() => props.onJump(one.from, one.to)}
              type="button"
            >
              <span className="text-fine text-muted">
                {editor.severity[one.severity]} · {one.code} · {editor.place(one.line, one.column)}
              </span>
              <span>{one.message}</span>
              {one.fix !== undefined && <span className="text-muted">{editor.fix(one.fix)}</span>}
            </button>
          </li>
        ))}
      </ol>
    </div>
  )
}
