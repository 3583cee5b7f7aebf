import type { FailureCode } from '../api/errors.ts'
import { duration } from '../time.ts'
import { cardEn } from './card.en.ts'
import { caseEn } from './case.en.ts'
import { units } from './counts.en.ts'
import { exchangesEn } from './exchanges.en.ts'
import { failures } from './failures.en.ts'
import { feedbackEn } from './feedback.en.ts'
import { knownEn } from './known.en.ts'
import { listsEn } from './lists.en.ts'
import { matchEn } from './match.en.ts'
import { rulebookEn } from './rulebook.en.ts'
import { settingsEn } from './settings.en.ts'
import { switchesEn } from './switches.en.ts'
import { toldEn } from './told.en.ts'

const anyOf = new Intl.ListFormat('en-GB', { type: 'disjunction' })

/** English. The shape of this object is the catalogue: every other locale must have the same keys. */
export const en = {
  loading: 'Loading',
  cancel: 'Cancel',
  close: 'Close',
  again: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  yes: 'yes',
  never: 'never',
  skipToContent: 'Skip to content',
  noSuchCase: 'This is no case number. Cases look like C-1042.',
  offline: 'The server does not answer. Deciding waits; this page goes on by itself as soon as it is back.',
  nav: { label: 'Main', review: 'Review', rules: 'Rules', settings: 'Settings' },
  notFound: { title: 'Nothing here', back: 'Go to Review' },
  length: (ms: number) => duration(ms, units),
  ago: (ms: number) => `${duration(ms, units)} ago`,
  dueIn: (ms: number) => `due in ${duration(ms, units)}`,
  overdueBy: (ms: number) => `overdue by ${duration(ms, units)}`,
  band: (band: string) => `band ${band}`,
  exposure: (full: number, seconds: number) => `seen in full: ${full} · ${duration(seconds * 1000, units)}`,
  life: {
    lane: 'life-threat',
    chip: (open: number, age: number | null, overdue: number) =>
      [
        `Life-threat: ${open} open`,
        age === null ? '' : `oldest ${duration(age, units)}`,
        overdue > 0 ? `${overdue} overdue` : '',
      ]
        .filter(Boolean)
        .join(' · '),
  },
  role: {
    reviewer: 'reviewer',
    lead: 'lead',
    'child-safety': 'child safety',
    legal: 'legal',
    auditor: 'auditor',
    admin: 'administrator',
  },
  severity: { low: 'low', medium: 'medium', high: 'high', critical: 'critical' },
  choice: { none: 'No action', remove: 'Remove', warn: 'Warn', limit: 'Limit', suspend: 'Suspend' },
  choiceWords: (choice: string) =>
    ({
      none: 'no action',
      remove: 'remove',
      warn: 'warn',
      limit: 'limit',
      suspend: 'suspend',
      block: 'not delivered',
      hold: 'held back',
      reverse: 'reversed',
      upheld: 'upheld',
      partly: 'partly',
      reversed: 'reversed',
    })[choice] ?? choice,
  outcome: { upheld: 'Upheld', partly: 'Partly', reversed: 'Reversed' },
  outcomeMeans: {
    upheld: 'the decision stands',
    partly: 'a part of it is taken back',
    reversed: 'effects and strike are undone',
  },
  caseState: { open: 'open', claimed: 'claimed', handed: 'handed on', decided: 'decided' },
  do: {
    remove: 'remove',
    restore: 'restore',
    hold: 'hold',
    release: 'release',
    label: 'label',
    unlabel: 'take a label off',
    limit: 'limit',
    unlimit: 'lift a limit',
    warn: 'warn',
    suspend: 'suspend',
    unsuspend: 'lift a suspension',
    offer: 'offer help',
  },
  provenance: {
    server: 'server saw it',
    proven: 'reported, proven',
    unproven: 'reported, unproven',
    requested: 'sent by the platform when asked',
  },
  demo: {
    label: 'Demo',
    title: 'Demo.',
    words: 'Everything here is made up; nothing leaves this machine.',
    lookAs: 'Look as',
    lookingAs: (role: string) => `Looking as ${role}`,
  },
  own: {
    menu: 'Your menu',
    themes: 'Look',
    theme: { system: 'As the system', light: 'Light', dark: 'Dark', contrast: 'High contrast' },
    language: 'Language',
    keys: 'Single keys',
    keysOn: 'On',
    keysOff: 'Off',
    signOut: 'Sign out',
  },
  signedOut: {
    title: 'You are signed out',
    how: 'Lamplighter has no passwords. Open a sign-in link in this browser; it works once, for 15 minutes.',
    ways: [
      { who: 'In the demo, the link is printed where it was started:', command: 'npm start' },
      {
        who: 'For the first person, or one who lost access, on the server:',
        command: 'npx lamplighter people recover',
      },
    ],
    kept: 'This page goes on by itself once you are signed in, in any tab. What you typed is still here.',
    afterwards: 'Everybody else is invited in Settings → People. This page goes on by itself once you are signed in.',
  },
  forbidden: {
    needs: (roles: readonly string[]) => `This page needs the role ${anyOf.format(roles)}.`,
    grant: 'An administrator can grant it in Settings → People.',
  },
  errors: {
    of: (code: FailureCode) => failures[code] ?? 'This did not work.',
    request: 'Request',
  },
  home: {
    title: 'Review',
    lanes: 'Lanes',
    lane: 'Lane',
    waiting: 'Waiting',
    oldest: 'Oldest against due',
    today: 'You, today',
    start: 'Start',
    empty: 'nothing waits',
    idle: (lanes: string) => `Nothing waits in: ${lanes}`,
    age: (ms: number) => `oldest ${duration(ms, units)}`,
    overdue: (count: number) => `${count} past due`,
    hot: (count: number) => `${count} of a hot entry`,
    hotCase: 'hot entry',
    nothingLeft:
      'Nothing in this lane is free for you now: what waits is in somebody’s hands, or you took part in it before.',
    noLanes: 'No lane is open to your roles. An administrator can grant lanes in Settings → People.',
    mine: 'Yours',
    noneMine: 'Cases you have claimed, or that come back to you, are listed here. Start a lane to claim one.',
  },
  review: {
    facts: 'Facts',
    evidence: 'Evidence',
    card: 'Decision',
    claim: (name: string) => `Claim ${name}`,
    giveBack: 'Give back',
    givenBack: (name: string) => `${name} is back in its lane.`,
  },
  ...caseEn,
  ...cardEn,
  keys: {
    title: 'Keys',
    where:
      'Single keys work outside text fields. They can be turned off in your menu. Ctrl+Enter decides from anywhere.',
    group: { decide: 'Decide', case: 'Case', evidence: 'Evidence', go: 'Go' },
    command: {
      decide: 'decide and open the next case; claim; start',
      policy: 'choose a policy',
      none: 'no action',
      remove: 'remove',
      warn: 'warn',
      limit: 'limit',
      undo: 'undo the last decision',
      skip: 'skip, with a reason',
      handoff: 'hand this case to someone else',
      escalate: 'escalate to a lead',
      note: 'note',
      'evidence-next': 'next piece of evidence',
      'evidence-previous': 'previous piece',
      reveal: 'reveal one step; hold for the full view',
      colour: 'colour on and off, in the full view',
      close: 'close; hide all media',
      'go-review': 'Review',
      'go-rules': 'Rules',
      'go-settings': 'Settings',
      help: 'this help',
    },
  },
  ...settingsEn,
  lists: listsEn,
  exchanges: exchangesEn,
  feedback: feedbackEn,
  rulebook: rulebookEn,
  match: matchEn,
  known: knownEn,
  told: toldEn,
  /** What the server says in words; those that Lamplighter wrote are English already. */
  said: (text: string): string => text,
  switches: switchesEn,
}
