import { autocompletion, type CompletionContext, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { lintKeymap, setDiagnostics } from '@codemirror/lint'
import { Annotation, EditorState, StateEffect, StateField } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import type { Checker } from './checker.ts'
import { changeBetween } from './code-change.ts'
import { look } from './code-look.ts'
import { type Found, KINDS } from './questions.ts'

/** What the page around the editor can do with it. */
export interface CodeEditor {
  /** Takes a text that did not come from typing: the layout, a form, a text that was brought back. One step to undo. */
  show(text: string): void
  colour(text: string, tokens: Uint32Array): void
  mark(text: string, found: readonly Found[]): void
  /** Puts the cursor there, in view. */
  jump(from: number, to: number): void
  destroy(): void
}

export interface CodeEditorOptions {
  /** A shadow root: its style sheets are constructed ones, which the server's policy allows. */
  readonly root: ShadowRoot
  readonly text: string
  readonly label: string
  readonly describedBy: string
  readonly readOnly: boolean
  readonly costWords: (units: number) => string
  checker(): Checker | null
  onText(text: string): void
}

const colours = StateEffect.define<DecorationSet>()
const fromPage = Annotation.define<true>()
const marks = KINDS.map((kind) => Decoration.mark({ class: `tok-${kind}` }))

/** The colours of the tokens. They come from the rules' own lexer a moment after a key, and move with the text until then. */
const coloured = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(set, transaction) {
    const next = transaction.effects.find((effect) => effect.is(colours))
    return next?.is(colours) ? next.value : set.map(transaction.changes)
  },
  provide: (field) => EditorView.decorations.from(field),
})

/** A CodeMirror editor over the checker in the worker. Tab is left to the page: nobody is caught in the text. */
export function makeCodeEditor(options: CodeEditorOptions): CodeEditor {
  const { root, label, readOnly } = options
  const complete = async (context: CompletionContext) => {
    const checker = options.checker()
    const word = context.matchBefore(/[a-z0-9_.]+/)
    if (checker === null || (word === null && !context.explicit)) return null
    const text = context.state.doc.toString()
    const all = await checker.ask({ op: 'complete', text, offset: context.pos })
    const typed = word?.text ?? ''
    // What is written out already is no offer: Enter then is a new line.
    const offers = all.filter((one) => one.label !== typed)
    if (offers.length === 0 || context.aborted) return null
    return {
      from: offers[0]?.from ?? context.pos,
      options: offers.map(({ label: word, detail }) => ({ label: word, detail })),
      filter: false,
    }
  }
  const hover = hoverTooltip(async (view, offset) => {
    const found = await options.checker()?.ask({ op: 'hover', text: view.state.doc.toString(), offset })
    if (!found) return null
    return {
      pos: found.from,
      end: found.to,
      above: true,
      create: () => {
        const dom = document.createElement('div')
        dom.className = 'hover-words'
        dom.textContent = found.cost === null ? found.text : `${found.text}, ${options.costWords(found.cost)}`
        return { dom }
      },
    }
  })
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        highlightActiveLine(),
        history(),
        coloured,
        EditorView.lineWrapping,
        EditorState.readOnly.of(readOnly),
        EditorState.tabSize.of(2),
        EditorView.contentAttributes.of({
          'aria-label': label,
          'aria-describedby': options.describedBy,
          ...(readOnly && { 'aria-readonly': 'true' }),
          spellcheck: 'false',
          // Editable text takes the focus anyway; this says so to tools that look for it.
          tabindex: '0',
        }),
        autocompletion({ override: [complete], icons: false, activateOnTyping: !readOnly }),
        hover,
        keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        look,
        EditorView.updateListener.of((update) => {
          const typed = update.transactions.some((one) => one.docChanged && one.annotation(fromPage) === undefined)
          if (typed) options.onText(update.state.doc.toString())
        }),
      ],
    }),
  })
  const isNow = (text: string) => view.state.doc.length === text.length && view.state.doc.toString() === text
  return {
    show(text) {
      if (isNow(text)) return
      const changes = changeBetween(view.state.doc.toString(), text)
      view.dispatch({ changes, annotations: fromPage.of(true) })
    },
    colour(text, tokens) {
      // What was typed since then will be coloured in its turn.
      if (isNow(text)) view.dispatch({ effects: colours.of(decorated(tokens)) })
    },
    mark(text, found) {
      if (!isNow(text)) return
      const end = view.state.doc.length
      const told = found.map(({ from, to, severity, code, message, fix }) => ({
        from: Math.min(from, end),
        to: Math.min(Math.max(to, from + 1), end),
        severity,
        source: code,
        message: fix === undefined ? message : `${message}: ${fix}`,
      }))
      view.dispatch(setDiagnostics(view.state, told))
    },
    jump(from, to) {
      const end = view.state.doc.length
      const selection = { anchor: Math.min(from, end), head: Math.min(Math.max(from, to), end) }
      view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: 'center' }) })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}

function decorated(tokens: Uint32Array): DecorationSet {
  const ranges = []
  for (let index = 0; index + 2 < tokens.length; index += 3) {
    const mark = marks[tokens[index + 2] ?? -1]
    const [from, to] = [tokens[index] ?? 0, tokens[index + 1] ?? 0]
    if (mark !== undefined && from < to) ranges.push(mark.range(from, to))
  }
  return Decoration.set(ranges)
}
