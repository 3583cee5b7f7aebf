import { type Ref, useEffect, useId, useImperativeHandle, useRef } from 'react'
import { useMessages } from '../messages/index.ts'
import type { Checker } from './checker.ts'
import { type CodeEditor, makeCodeEditor } from './code-editor.ts'
import type { Found } from './questions.ts'

export interface EditorHandle {
  jump(from: number, to: number): void
}

/** The rule editor: the text is the caller's; colours, findings, completion and hover come from the checker. */
export default function RuleEditor(props: {
  label: string
  text: string
  /** Moves when the page, not the person, has changed the text. */
  pushed?: number
  readOnly?: boolean
  checker: Checker | null
  /** The last that the checker said, and the text it said it of. */
  looked: { readonly text: string; readonly tokens: Uint32Array; readonly found?: readonly Found[] } | null
  onText?: (text: string) => void
  handle?: Ref<EditorHandle>
}) {
  const t = useMessages()
  const { label, pushed = 0, readOnly = false, looked } = props
  const host = useRef<HTMLDivElement>(null)
  const code = useRef<CodeEditor | null>(null)
  const latest = useRef(props)
  latest.current = props
  const words = useRef(t)
  words.current = t
  const help = useId()
  const helpWords = readOnly ? t.rulebook.editor.readHelp : t.rulebook.editor.help
  // biome-ignore lint/correctness/useExhaustiveDependencies: one editor for as long as the place lives; the text and the rest are read when they are needed
  useEffect(() => {
    if (host.current === null) return
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    const said = document.createElement('p')
    said.id = help
    said.hidden = true
    said.textContent = helpWords
    root.replaceChildren(said)
    const made = makeCodeEditor({
      root,
      text: latest.current.text,
      label,
      describedBy: help,
      readOnly,
      costWords: (units) => words.current.rulebook.editor.cost(units),
      checker: () => latest.current.checker,
      onText: (next) => latest.current.onText?.(next),
    })
    code.current = made
    return () => {
      code.current = null
      made.destroy()
    }
  }, [label, readOnly, helpWords])
  // Only what the page itself wrote is shown: what somebody types is in the editor already, and may be further on by now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: counted by `pushed`, read when it moves
  useEffect(() => code.current?.show(latest.current.text), [pushed])
  useEffect(() => {
    if (looked === null) return
    code.current?.colour(looked.text, looked.tokens)
    if (looked.found !== undefined) code.current?.mark(looked.text, looked.found)
  }, [looked])
  useImperativeHandle(props.handle, () => ({ jump: (from, to) => code.current?.jump(from, to) }), [])
  return (
    <div className="grid grid-cols-1 gap-1">
      <div className="h-[max(16rem,calc(100dvh-19rem))]" ref={host} />
      <p className="text-fine text-muted">{helpWords}</p>
    </div>
  )
}
