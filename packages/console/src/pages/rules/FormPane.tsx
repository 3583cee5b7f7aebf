import type { FormClause, FormCondition, FormEdit, RuleForm } from '@lamplighter/rules'
import { useEffect, useState } from 'react'
import { useMessages } from '../../messages/index.ts'
import type { Checker } from '../../rules/checker.ts'
import { Button } from '../../ui/Button.tsx'
import { Select, TextField } from '../../ui/Field.tsx'

const CLAUSES: readonly FormClause[] = ['harm', 'policy', 'severity', 'phase', 'because']
const RELATIONS = ['==', '!=', '<', '<=', '>', '>=']

/** A rule as a form, where its `when` is conditions joined by `and` alone. Each change is made in the text and read back from it. */
export function FormPane(props: { checker: Checker | null; text: string; onText: (text: string) => void }) {
  const t = useMessages()
  const { editor } = t.rulebook
  const { checker, text, onText } = props
  const forms = useForms(checker, text)
  const [chosen, setChosen] = useState<string | null>(null)
  const [refused, setRefused] = useState(false)
  const form = forms.find(({ rule }) => rule === chosen) ?? forms[0]
  if (form === undefined) return <p className="p-4 text-muted">{editor.noForm}</p>
  const edit = async (change: FormEdit): Promise<boolean> => {
    const answer = await checker?.ask({ op: 'edit', text, rule: form.rule, edit: change }).catch(() => null)
    const next = answer?.text ?? null
    setRefused(next === null)
    if (next !== null) onText(next)
    return next !== null
  }
  return (
    <div className="grid grid-cols-1 gap-3 p-4">
      <p className="text-fine text-muted">{editor.formMeans}</p>
      <Select label={editor.formRule} onChange={(event) => setChosen(event.target.value)} value={form.rule}>
        {forms.map(({ rule }) => (
          <option key={rule} value={rule}>
            {rule}
          </option>
        ))}
      </Select>
      {refused && <p role="alert">{editor.refused}</p>}
      {CLAUSES.map((clause) => {
        const piece = form.clauses[clause]
        return (
          piece !== undefined && (
            <Piece
              key={`${form.rule} ${clause}`}
              label={editor.clause[clause]}
              onEdit={(next) => edit({ kind: 'clause', clause, text: next })}
              text={piece.text}
            />
          )
        )
      })}
      <fieldset className="grid grid-cols-1 gap-3">
        <legend className="mb-1 font-semibold">{editor.conditions}</legend>
        {form.conditions.map((condition, at) => (
          <Condition
            at={at}
            condition={condition}
            key={placeOf(form.rule, at)}
            onEdit={edit}
            only={form.conditions.length === 1}
          />
        ))}
        <NewCondition onAdd={(next) => edit({ kind: 'add', text: next })} />
      </fieldset>
    </div>
  )
}

/** A condition has no name but its place: what stands there stays focused while the text around it moves. */
const placeOf = (rule: string, at: number): string => `${rule} ${at}`

/** The forms of the newest text; those of the text before stay until they are known. */
function useForms(checker: Checker | null, text: string): readonly RuleForm[] {
  const [forms, setForms] = useState<readonly RuleForm[]>([])
  useEffect(() => {
    let gone = false
    checker?.ask({ op: 'forms', text }).then(
      (found) => !gone && setForms(found),
      () => undefined,
    )
    return () => {
      gone = true
    }
  }, [checker, text])
  return forms
}

/** One piece of text: taken over when it is left or by Enter, and put back when it is refused. */
function Piece(props: { label: string; text: string; onEdit: (text: string) => Promise<boolean> }) {
  const { label, text, onEdit } = props
  const [value, setValue] = useState(text)
  useEffect(() => setValue(text), [text])
  const take = async () => {
    if (value !== text && !(await onEdit(value))) setValue(text)
  }
  return (
    <TextField
      className="min-h-8 w-full rounded-md border border-edge bg-surface px-2.5 py-1.5 font-mono text-fine text-ink"
      label={label}
      onBlur={() => void take()}
      onChange={(event) => setValue(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') void take()
      }}
      spellCheck={false}
      value={value}
    />
  )
}

function Condition(props: {
  at: number
  condition: FormCondition
  only: boolean
  onEdit: (edit: FormEdit) => Promise<boolean>
}) {
  const t = useMessages()
  const { editor } = t.rulebook
  const { at, condition, onEdit } = props
  const { parts } = condition
  const change = (text: string) => onEdit({ kind: 'condition', at, text })
  return (
    <div className="grid grid-cols-1 gap-2 border-s-2 border-line ps-3" data-state-line>
      {parts === undefined ? (
        <Piece label={editor.condition(at + 1)} onEdit={change} text={condition.text} />
      ) : (
        <>
          <Piece
            label={editor.conditionLeft(at + 1)}
            onEdit={(left) => change(`${left} ${parts.relation.text} ${parts.right.text}`)}
            text={parts.left.text}
          />
          <Select
            label={editor.conditionIs(at + 1)}
            onChange={(event) => void change(`${parts.left.text} ${event.target.value} ${parts.right.text}`)}
            value={parts.relation.text}
          >
            {RELATIONS.map((relation) => (
              <option key={relation} value={relation}>
                {editor.relation[relation]} ({relation})
              </option>
            ))}
          </Select>
          <Piece
            label={editor.conditionRight(at + 1)}
            onEdit={(right) => change(`${parts.left.text} ${parts.relation.text} ${right}`)}
            text={parts.right.text}
          />
        </>
      )}
      {!props.only && (
        <div>
          <Button aria-label={editor.removeCondition(at + 1)} onClick={() => void onEdit({ kind: 'remove', at })}>
            {editor.takeAway}
          </Button>
        </div>
      )}
    </div>
  )
}

function NewCondition({ onAdd }: { onAdd: (text: string) => Promise<boolean> }) {
  const t = useMessages()
  const { editor } = t.rulebook
  const [text, setText] = useState('')
  return (
    <div className="flex flex-wrap items-end gap-2">
      <div className="min-w-40 flex-1">
        <TextField
          label={editor.newCondition}
          onChange={(event) => setText(event.target.value)}
          spellCheck={false}
          value={text}
        />
      </div>
      <Button
        disabled={text.trim() === ''}
        onClick={() => {
          void onAdd(text).then((taken) => taken && setText(''))
        }}
      >
        {editor.addCondition}
      </Button>
    </div>
  )
}
