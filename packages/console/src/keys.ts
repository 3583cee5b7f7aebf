import { useEffect, useRef } from 'react'
import { preferences } from './preferences.ts'

/** Everything that a key can ask for. */
export type Command =
  | 'decide'
  | 'undo'
  | 'policy'
  | 'none'
  | 'remove'
  | 'warn'
  | 'limit'
  | 'escalate'
  | 'skip'
  | 'handoff'
  | 'note'
  | 'evidence-next'
  | 'evidence-previous'
  | 'reveal'
  | 'colour'
  | 'close'
  | 'help'
  | 'go-review'
  | 'go-rules'
  | 'go-settings'

export interface Binding {
  readonly command: Command
  /** As `KeyboardEvent.key` says it; two after each other are a chord. */
  readonly keys: readonly [string] | readonly [string, string]
  readonly group: 'decide' | 'case' | 'evidence' | 'go'
}

/** The one table of keys: the listener, the help page and the hints on buttons read it. */
export const bindings: readonly Binding[] = [
  { command: 'decide', keys: ['Enter'], group: 'decide' },
  ...['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(
    (digit): Binding => ({ command: 'policy', keys: [digit], group: 'decide' }),
  ),
  { command: 'none', keys: ['a'], group: 'decide' },
  { command: 'remove', keys: ['r'], group: 'decide' },
  { command: 'warn', keys: ['w'], group: 'decide' },
  { command: 'limit', keys: ['l'], group: 'decide' },
  { command: 'undo', keys: ['z'], group: 'decide' },
  { command: 'skip', keys: ['s'], group: 'case' },
  { command: 'handoff', keys: ['o'], group: 'case' },
  { command: 'escalate', keys: ['e'], group: 'case' },
  { command: 'note', keys: ['n'], group: 'case' },
  { command: 'evidence-next', keys: ['j'], group: 'evidence' },
  { command: 'evidence-previous', keys: ['k'], group: 'evidence' },
  { command: 'reveal', keys: [' '], group: 'evidence' },
  { command: 'colour', keys: ['c'], group: 'evidence' },
  { command: 'close', keys: ['Escape'], group: 'evidence' },
  { command: 'go-review', keys: ['g', 'r'], group: 'go' },
  { command: 'go-rules', keys: ['g', 'u'], group: 'go' },
  { command: 'go-settings', keys: ['g', 's'], group: 'go' },
  { command: 'help', keys: ['?'], group: 'go' },
]

/** Where a key was pressed: in something one writes in, on something one presses, or on the page itself. */
export type Place = 'text' | 'press' | 'page'

export interface Press {
  readonly key: string
  readonly place: Place
  readonly ctrl: boolean
  readonly alt: boolean
  readonly meta: boolean
}

export interface Heard {
  readonly command: Command | null
  /** First key of a chord, waiting for its second. */
  readonly pending: string | null
  readonly digit: number | null
}

const quiet: Heard = { command: null, pending: null, digit: null }

/** What a press means. Pure. Off means that only `Escape` and `Ctrl`+`Enter` are heard. */
export function hear(press: Press, pending: string | null, on: boolean): Heard {
  if (press.alt) return quiet
  if (press.key === 'Enter' && (press.ctrl || press.meta)) return { ...quiet, command: 'decide' }
  if (press.ctrl || press.meta) return quiet
  if (press.key === 'Escape') return { ...quiet, command: 'close' }
  if (!on || press.place === 'text') return quiet
  // A focused button or link keeps its own Enter and Space.
  if (press.place === 'press' && (press.key === 'Enter' || press.key === ' ')) return quiet
  if (pending !== null) {
    const chord = bindings.find(({ keys }) => keys.length === 2 && keys[0] === pending && keys[1] === press.key)
    if (chord) return { ...quiet, command: chord.command }
  }
  const found = bindings.find(({ keys }) => keys.length === 1 && keys[0] === press.key)
  if (found) return { ...quiet, command: found.command, digit: found.command === 'policy' ? Number(press.key) : null }
  const opensChord = bindings.some(({ keys }) => keys.length === 2 && keys[0] === press.key)
  return opensChord ? { ...quiet, pending: press.key } : quiet
}

const writable = new Set(['text', 'search', 'url', 'email', 'number', 'password', 'tel'])

/** The place of an element. A radio or a checkbox is part of the page: letters there are still commands. */
export function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof HTMLElement)) return 'page'
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return 'text'
  if (target instanceof HTMLInputElement) return writable.has(target.type) ? 'text' : 'page'
  return target.closest('button, a[href], summary, [role="menuitem"], [role="menuitemradio"], [role="tab"]')
    ? 'press'
    : 'page'
}

/** `released` is called when a held key is let go. Return `false` to let an outer handler have the key. */
export type Handler = (digit: number | null) => unknown
export type Handlers = Partial<Record<Command, Handler>>

const layers: { current: Handlers }[] = []
const releases = new Set<() => void>()
let pending: string | null = null
let pendingUntil = 0
const CHORD_MS = 1_500

/** Hands a command to the layers, the newest first, until one takes it. `close` is for all of them: it hides every file. */
const run = (command: Command, digit: number | null): boolean => {
  if (command === 'close') return [...layers].reverse().map((layer) => layer.current.close?.(null)).length > 0
  for (const layer of [...layers].reverse()) {
    const handler = layer.current[command]
    if (handler && handler(digit) !== false) return true
  }
  return false
}

/** Whether a window of its own is open; it then owns the keyboard. */
const windowOpen = (): boolean => document.querySelector('[role="dialog"], [role="menu"]') !== null

function onKeyDown(event: KeyboardEvent): void {
  // Media hide on Escape whatever else is open and whoever else has heard the key.
  if (event.key === 'Escape') run('close', null)
  if (event.key === 'Escape' || event.defaultPrevented || event.isComposing || windowOpen()) return
  const press = {
    key: event.key,
    // Inside a shadow root, as the rule editor has one, the target is the place where the key was really pressed.
    place: placeOf(event.composedPath()[0] ?? event.target),
    ctrl: event.ctrlKey,
    alt: event.altKey,
    meta: event.metaKey,
  }
  const heard = hear(press, event.timeStamp < pendingUntil ? pending : null, preferences.get().keys)
  pending = heard.pending
  pendingUntil = event.timeStamp + CHORD_MS
  if (heard.command === null) return
  // A held key must not decide two cases or climb two steps.
  if (event.repeat && !heard.command.startsWith('evidence')) {
    event.preventDefault()
    return
  }
  if (run(heard.command, heard.digit)) event.preventDefault()
}

const release = (): void => {
  for (const released of [...releases]) released()
}

function onKeyUp(event: KeyboardEvent): void {
  if (event.key === ' ') release()
}

/** Listens for keys as long as the page lives. Losing the window counts as letting go of a held key. */
export function listenForKeys(): () => void {
  window.addEventListener('keydown', onKeyDown)
  window.addEventListener('keyup', onKeyUp)
  window.addEventListener('blur', release)
  document.addEventListener('visibilitychange', release)
  return () => {
    window.removeEventListener('keydown', onKeyDown)
    window.removeEventListener('keyup', onKeyUp)
    window.removeEventListener('blur', release)
    document.removeEventListener('visibilitychange', release)
  }
}

/** Offers commands while the component is on screen; the one mounted last is asked first. */
export function useCommands(handlers: Handlers): void {
  const layer = useRef(handlers)
  layer.current = handlers
  useEffect(() => {
    layers.push(layer)
    return () => {
      layers.splice(layers.indexOf(layer), 1)
    }
  }, [])
}

/** Calls back when Space is let go or the window is left. */
export function useRelease(released: () => void): void {
  const latest = useRef(released)
  latest.current = released
  useEffect(() => {
    const call = () => latest.current()
    releases.add(call)
    return () => {
      releases.delete(call)
    }
  }, [])
}

/** How a key is written on a button. */
export function labelOf(key: string): string {
  return key === ' ' ? 'Space' : key === 'Escape' ? 'Esc' : key
}
