import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useMessages } from '../../messages/index.ts'
import type { EditorHandle } from '../../rules/RuleEditor.tsx'
import { useChecker } from '../../rules/useChecker.ts'
import { Skeleton } from '../../ui/Skeleton.tsx'
import type { Version } from './useRunning.ts'

const RuleEditor = lazy(() => import('../../rules/RuleEditor.tsx'))

/** The text of a version, to read: the same colours and hover words as where it is written. */
export function VersionText({ version, rule }: { version: Version; rule: string | undefined }) {
  const t = useMessages()
  const text = version.text.replaceAll('\r\n', '\n')
  const { checker } = useChecker({ schema: version.schema, live: null })
  const [looked, setLooked] = useState<{ text: string; tokens: Uint32Array } | null>(null)
  const handle = useRef<EditorHandle>(null)
  useEffect(() => {
    let gone = false
    checker?.ask({ op: 'tokens', text }).then(
      ({ tokens }) => !gone && setLooked({ text, tokens }),
      // Without colours the text is the same.
      () => undefined,
    )
    return () => {
      gone = true
    }
  }, [checker, text])
  useEffect(() => {
    if (looked === null || rule === undefined) return
    const from = new RegExp(`\\brule\\s+${rule}\\b`).exec(text)?.index
    if (from !== undefined) handle.current?.jump(from, from)
  }, [looked, rule, text])
  return (
    <div className="flex flex-col p-3">
      {version.checked.length === 0 && <p className="mb-2">{t.rulebook.unreadable}</p>}
      <Suspense fallback={<Skeleton className="h-96" />}>
        <RuleEditor
          checker={checker}
          handle={handle}
          key={version.hash}
          label={t.rulebook.editor.label}
          looked={looked}
          readOnly
          text={text}
        />
      </Suspense>
    </div>
  )
}
