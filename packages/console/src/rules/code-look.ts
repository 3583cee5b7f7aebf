import { EditorView } from '@codemirror/view'

/** The look of the editor: the console's own colours, which reach into the shadow root by their variables, in every theme. */
export const look = EditorView.theme({
  '&': {
    color: 'var(--ink)',
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--edge)',
    borderRadius: '0.375rem',
    height: '100%',
    fontSize: '0.8125rem',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.5', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '0.5rem 0' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--glow) 60%, transparent)' },
  '.cm-content ::selection': { backgroundColor: 'var(--lamp)', color: 'var(--on-lamp)' },
  '.tok-keyword': { color: 'var(--accent)', fontWeight: '600' },
  '.tok-path': { color: 'light-dark(#1d4a7a, #a9c8f0)' },
  '.tok-string, .tok-pattern': { color: 'light-dark(#1f5a45, #93d6b6)' },
  '.tok-number': { color: 'light-dark(#5a3a86, #cbb4f2)' },
  '.tok-comment': { color: 'var(--muted)', fontStyle: 'italic' },
  '.cm-lintRange-error, .cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy 1.5px var(--accent)',
    textUnderlineOffset: '3px',
    textDecorationSkipInk: 'none',
  },
  '.cm-lintRange-warning': { textDecorationStyle: 'dotted' },
  '.cm-lintPoint::after': { borderBottomColor: 'var(--accent)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--edge)',
    borderRadius: '0.375rem',
    maxWidth: 'min(36rem, 90vw)',
  },
  '.cm-diagnostic': { borderLeft: '3px solid var(--accent)', padding: '0.25rem 0.5rem' },
  '.hover-words': { padding: '0.25rem 0.5rem', fontFamily: 'var(--font-sans)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', maxHeight: '14rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.125rem 0.5rem', color: 'var(--ink)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--lamp)',
    color: 'var(--on-lamp)',
  },
  '.cm-completionDetail': { marginInlineStart: '1rem', fontStyle: 'normal', opacity: '1' },
})
