import { useMessages } from '../../messages/index.ts'
import type { Report } from '../../rules/questions.ts'
import { Chip } from '../../ui/Chip.tsx'
import { textLink } from './Frame.tsx'
import { offsetOf } from './fitness.ts'

/** What the file's own tests said, and which questions they saw answered both ways. */
export function Tests(props: {
  report: { readonly text: string; readonly report: Report } | null
  text: string
  /** The text has no errors: its tests can run. */
  fit: boolean
  onJump: (from: number, to: number) => void
}) {
  const t = useMessages()
  const { editor } = t.rulebook
  const { report: ran, text, onJump } = props
  if (ran === null) return <p className="p-4 text-muted">{editor.testsFirst}</p>
  const { report } = ran
  const { coverage } = report
  return (
    <div className="grid grid-cols-1 gap-3 p-4">
      {ran.text !== text && <p className="text-muted">{editor.stale}</p>}
      <p className="font-semibold">
        {report.tests.length === 0 ? editor.testsNone : editor.tests(report.passed, report.failed)}
      </p>
      <ol className="grid grid-cols-1 gap-1.5">
        {report.tests
          .toSorted((a, b) => Number(a.passed) - Number(b.passed))
          .map((test) => (
            <li className="grid grid-cols-1 gap-0.5" key={test.name}>
              <p className="flex items-start gap-2">
                <Chip look={test.passed ? 'plain' : 'strong'}>{test.passed ? editor.passed : editor.failed}</Chip>
                <span className="min-w-0 wrap-anywhere">{test.name}</span>
              </p>
              {test.failures.map((failure) => (
                <p className="ps-4 wrap-anywhere" key={`${failure.from} ${failure.message}`}>
                  <button className={textLink} onClick={() => onJump(failure.from, failure.to)} type="button">
                    {editor.line(failure.line)}
                  </button>
                  : {failure.message}
                </p>
              ))}
            </li>
          ))}
      </ol>
      <p className="font-semibold">{editor.coverage(coverage.bothWays, coverage.leaves)}</p>
      <ul className="grid grid-cols-1 gap-1">
        {[
          ...coverage.neverTrue.map((one) => ({ ...one, words: editor.neverTrue })),
          ...coverage.neverFalse.map((one) => ({ ...one, words: editor.neverFalse })),
        ].map(({ at, text: question, required, words }) => (
          <li className="flex flex-wrap items-center gap-x-2 wrap-anywhere" key={`${at} ${words}`}>
            <button
              className={textLink}
              onClick={() => {
                const [line = 1, column = 1] = at.split(':').map(Number)
                const from = offsetOf(text, line, column)
                onJump(from, from + question.length)
              }}
              type="button"
            >
              {at}
            </button>
            <code className="font-mono text-fine">{question}</code>
            <span className="text-muted">{words}</span>
            {required && <Chip look="strong">{editor.coverageMust}</Chip>}
          </li>
        ))}
      </ul>
    </div>
  )
}
