import {
  check,
  costOfRule,
  diff,
  editForm,
  editor,
  format,
  formsOf,
  type Lock,
  lockOf,
  type RuleSet,
  readSchema,
  runTests,
  type Schema,
} from '@lamplighter/rules'
import { type Answers, KINDS, type Question, type Ruled } from './questions.ts'

/** What a text is held against: the facts that events have, and what is live. */
interface Base {
  readonly schema: Schema
  readonly live: RuleSet | undefined
  readonly lock: Lock | undefined
}

/**
 * The checker as the editor asks it, in the worker or in a test. Holds the schema and the live text, and the last text that was understood.
 *
 * @returns what to ask; one answer a question, never an exception for a text that is wrong
 */
export function makeWork(): <Q extends Question>(question: Q) => Answers[Q['op']] {
  let base: Base | undefined
  let last: { readonly text: string; readonly ruleset: RuleSet | undefined } | undefined

  const checked = (text: string) => {
    if (base === undefined) return { ruleset: undefined, diagnostics: [] }
    return check({ name: 'rules', text }, base.schema, base.lock)
  }
  const rulesetOf = (text: string): RuleSet | undefined => (last?.text === text ? last.ruleset : checked(text).ruleset)

  const answer = (question: Question): Answers[Question['op']] => {
    switch (question.op) {
      case 'base': {
        const { schema } = readSchema({ name: 'schema', text: question.schema })
        if (schema === undefined) {
          base = undefined
          return { ready: false }
        }
        const live = question.live === null ? undefined : check({ name: 'live', text: question.live }, schema).ruleset
        base = { schema, live, lock: live && lockOf(live) }
        last = undefined
        return { ready: true }
      }
      case 'look': {
        const { ruleset, diagnostics } = checked(question.text)
        const found = diagnostics.map(({ code, severity, message, fix, at }) => ({
          ...{ code, severity, message, ...(fix !== undefined && { fix }) },
          ...{ from: at.from, to: Math.max(at.to, at.from), line: at.line, column: at.column },
        }))
        const fit = found.some(({ severity }) => severity === 'error') ? undefined : ruleset
        last = { text: question.text, ruleset: fit }
        return {
          found,
          tokens: tokensOf(question.text),
          changes: fit === undefined ? null : changesOf(base?.live, fit),
        }
      }
      case 'tokens':
        return { tokens: tokensOf(question.text) }
      case 'complete':
        return base === undefined ? [] : editor.complete(question.text, question.offset, base.schema)
      case 'hover': {
        const found = base && editor.hover(question.text, question.offset, base.schema)
        if (found === undefined) return null
        const name = question.text.slice(found.from, found.to)
        const rule = rulesetOf(question.text)?.rules.find((one) => one.name === name)
        return { ...found, cost: rule === undefined ? null : costOfRule(rule) }
      }
      case 'format': {
        const { text } = format({ name: 'rules', text: question.text })
        return { text: text ?? null }
      }
      case 'test': {
        const ruleset = rulesetOf(question.text)
        return ruleset === undefined ? null : reportOf(ruleset)
      }
      case 'forms':
        return formsOf(question.text)
      case 'edit':
        return { text: editForm(question.text, question.rule, question.edit) ?? null }
    }
  }
  return answer as ReturnType<typeof makeWork>
}

/** Three numbers a token: from, to, and its kind in `KINDS`. */
function tokensOf(text: string): Uint32Array {
  const tokens = editor.tokens(text)
  const numbers = new Uint32Array(tokens.length * 3)
  for (const [index, { from, to, kind }] of tokens.entries()) numbers.set([from, to, KINDS.indexOf(kind)], index * 3)
  return numbers
}

// Without a live version every rule is new.
const changesOf = (live: RuleSet | undefined, next: RuleSet): Ruled => ({
  changes: diff(live ?? { ...next, rules: [], counters: new Map() }, next),
  rules: next.rules.length,
})

function reportOf(ruleset: RuleSet): Answers['test'] {
  const { tests, coverage, passed, failed } = runTests(ruleset)
  return {
    passed,
    failed,
    tests: tests.map((one) => ({
      name: one.name,
      passed: one.passed,
      // The message names its test; here it stands under that name.
      failures: one.failures.map(({ message, at }) => ({
        message: message.replace(/^test ".*?": (?=expected)/, ''),
        from: at.from,
        to: at.to,
        line: at.line,
      })),
    })),
    coverage: { ...coverage, neverTrue: [...coverage.neverTrue], neverFalse: [...coverage.neverFalse] },
  }
}
