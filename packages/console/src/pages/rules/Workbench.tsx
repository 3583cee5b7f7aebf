import { addRulesetVersion, checkRules } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { announce } from '../../announce.ts'
import { call } from '../../api/client.ts'
import { useMessages } from '../../messages/index.ts'
import type { Found, Report } from '../../rules/questions.ts'
import type { EditorHandle } from '../../rules/RuleEditor.tsx'
import { useChecker, useLook } from '../../rules/useChecker.ts'
import { dropWritten, keepWritten, written } from '../../rules/written.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { useAct } from '../settings/useAct.ts'
import { WrittenChanges } from './Changes.tsx'
import { Findings } from './Findings.tsx'
import { FormPane } from './FormPane.tsx'
import { foundByServer, missingOf, nameIn, withNew } from './fitness.ts'
import { Tests } from './Tests.tsx'
import type { Ruleset, Version } from './useRunning.ts'

const RuleEditor = lazy(() => import('../../rules/RuleEditor.tsx'))

type Pane = 'findings' | 'tests' | 'changes' | 'form'

/** The editor with all that stands beside it. The text is the only source; everything else is worked out from it. */
export function Workbench({ set, live, text: begin }: { set: Ruleset; live: Version; text: string }) {
  const t = useMessages()
  const { editor } = t.rulebook
  const navigate = useNavigate()
  const before = written.get().get(set.name)
  const [text, setText] = useState(before ?? begin)
  const [pushed, setPushed] = useState(0)
  const [pane, setPane] = useState<Pane>('findings')
  const [report, setReport] = useState<{ text: string; report: Report } | null>(null)
  const handle = useRef<EditorHandle>(null)
  const { checker, failed: stopped } = useChecker({ schema: live.schema, live: live.text.replaceAll('\r\n', '\n') })
  const { looked, failed } = useLook(checker, text)
  const broken = stopped || failed
  const fresh = looked?.text === text
  const clean = fresh && looked.found.every(({ severity }) => severity !== 'error')
  const around = useServerCheck(text, clean || broken)
  const handIn = useAct(addRulesetVersion, ['rulesets'], '')
  const refused = handIn.error === null ? [] : foundByServer(handIn.error, handIn.variables?.body?.text, text)
  const found = withNew(looked?.found ?? [], around.length > 0 ? around : refused)
  const missing = missingOf({ fresh, broken, found, began: begin, report, text })
  const change = (next: string) => {
    setText(next)
    keepWritten(set.name, next)
    handIn.reset()
  }
  const write = (next: string) => {
    change(next)
    setPushed((count) => count + 1)
  }
  const run = async () => {
    const answer = await checker?.ask({ op: 'test', text }).catch(() => null)
    if (!answer) return
    setReport({ text, report: answer })
    setPane('tests')
    announce(editor.tests(answer.passed, answer.failed))
  }
  const layOut = async () => {
    const answer = await checker?.ask({ op: 'format', text }).catch(() => null)
    if (!answer) return
    announce(answer.text === null ? editor.formatFirst : editor.formatted)
    if (answer.text === null) setPane('findings')
    else write(answer.text)
  }
  const send = () => {
    const name = nameIn(text) ?? set.name
    handIn.mutate(
      { params: { name }, body: { text } },
      {
        onSuccess: ({ version }) => {
          dropWritten(set.name)
          announce(editor.handedIn(name, version))
          void navigate({ to: '/rules/$set/$version', params: { set: name, version: String(version) } })
        },
        onError: () => setPane('findings'),
      },
    )
  }
  const jump = (from: number, to: number) => handle.current?.jump(from, to)
  return (
    <div className="grid grid-cols-1 items-start gap-4 min-[1100px]:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="flex min-w-0 flex-col gap-3">
        {before !== undefined && before !== begin && (
          <p className="flex flex-wrap items-center gap-3 rounded-md border border-line bg-sunken px-3 py-1.5">
            {editor.kept}
            <Button
              onClick={() => {
                write(begin)
                dropWritten(set.name)
              }}
              title={editor.startOverMeans}
            >
              {editor.startOver}
            </Button>
          </p>
        )}
        <div className="flex flex-wrap items-center gap-2">
          <Button disabled={checker === null} onClick={() => void layOut()}>
            {editor.format}
          </Button>
          <Button disabled={checker === null || !clean} onClick={() => void run()}>
            {editor.run}
          </Button>
          <Button
            aria-describedby="hand-in-needs"
            className="ms-auto"
            disabled={missing.length > 0 || handIn.isPending}
            look="lamp"
            onClick={send}
          >
            {editor.handIn}
          </Button>
        </div>
        <p className="text-fine text-muted" id="hand-in-needs">
          {missing.length > 0 && `${editor.handInNeeds} ${missing.map((one) => editor.missing[one]).join('; ')}.`}
        </p>
        {broken && <p role="alert">{editor.broken}</p>}
        {handIn.error !== null && <Failure error={handIn.error} words={t.rulebook.failed} />}
        <Suspense fallback={<Skeleton className="h-96" />}>
          <RuleEditor
            checker={checker}
            handle={handle}
            label={editor.label}
            looked={looked && { ...looked, found }}
            onText={change}
            pushed={pushed}
            text={text}
          />
        </Suspense>
      </div>
      <div className="min-w-0 overflow-hidden rounded-xl border border-line bg-surface">
        <Tabs<Pane>
          label={editor.tabs.label}
          onChange={setPane}
          tabs={[
            {
              value: 'findings',
              label: editor.tabs.findings,
              panel: <Findings found={found} fresh={fresh || broken} onJump={jump} />,
            },
            {
              value: 'tests',
              label: editor.tabs.tests,
              panel: <Tests fit={clean} onJump={jump} report={report} text={text} />,
            },
            {
              value: 'changes',
              label: editor.tabs.changes,
              panel: (
                <div className="p-4">
                  {looked?.changes ? (
                    <WrittenChanges ruled={looked.changes} />
                  ) : (
                    <p className="text-muted">{editor.testsFirst}</p>
                  )}
                </div>
              ),
            },
            {
              value: 'form',
              label: editor.tabs.form,
              panel: <FormPane checker={checker} onText={write} text={text} />,
            },
          ]}
          value={pane}
        />
      </div>
    </div>
  )
}

const SERVER_PAUSE_MS = 600

/** What only the server knows: whether lanes, policies and providers of these names are here (D01), and which versions are locked. */
function useServerCheck(text: string, worth: boolean): readonly Found[] {
  const [still, setStill] = useState<string | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setStill(text), SERVER_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  const check = useQuery({
    queryKey: ['rules-check', still],
    queryFn: ({ signal }) => call(checkRules, { body: { text: still ?? '' }, signal }),
    enabled: worth && still === text,
    gcTime: 0,
  })
  if (check.data === undefined || still !== text) return []
  return foundByServer(check.data.diagnostics, text, text)
}
