import type { NeedJson, RulesetState } from '@lamplighter/api'
import type { z } from 'zod'
import { duration, type Units } from '../time.ts'

const units: Units = { s: 's', min: 'min', h: 'h', d: 'd' }
const plural = new Intl.PluralRules('en')
const many = (count: number, one: string, other: string): string =>
  `${count} ${plural.select(count) === 'one' ? one : other}`
/** What is still missing is never told as less than it is. */
const upToMinute = (ms: number): number => Math.ceil(ms / 60_000) * 60_000
const anyOf = new Intl.ListFormat('en-GB', { type: 'disjunction' })
const allOf = new Intl.ListFormat('en-GB', { type: 'conjunction' })

const states: Record<z.infer<typeof RulesetState>, string> = {
  draft: 'draft',
  shadow: 'in shadow',
  trial: 'in trial',
  live: 'live',
  retired: 'retired',
}

/** The words of Rules & policies. */
export const rulebookEn = {
  title: 'Rules & policies',
  back: 'Rules & policies',
  policies: 'Policies',
  allRules: 'All rules',
  policyVersion: (version: number) => `version ${version}`,
  dsaCategory: (name: string) => `DSA category: ${name}`,
  noDsaCategory: 'No DSA category: while notices of the EU are on, no rule may cite it.',
  dsaCategories: {
    ANIMAL_WELFARE: 'animal welfare',
    CONSUMER_INFORMATION: 'consumer information',
    CYBER_VIOLENCE: 'cyber violence',
    CYBER_VIOLENCE_AGAINST_WOMEN: 'cyber violence against women',
    DATA_PROTECTION_AND_PRIVACY_VIOLATIONS: 'data protection and privacy',
    ILLEGAL_OR_HARMFUL_SPEECH: 'illegal or harmful speech',
    INTELLECTUAL_PROPERTY_INFRINGEMENTS: 'intellectual property',
    NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS: 'civic discourse or elections',
    OTHER_VIOLATION_TC: 'other violation of the terms',
    PROTECTION_OF_MINORS: 'protection of minors',
    RISK_FOR_PUBLIC_SECURITY: 'risk for public security',
    SCAMS_AND_FRAUD: 'scams and fraud',
    SELF_HARM: 'self-harm',
    UNSAFE_AND_PROHIBITED_PRODUCTS: 'unsafe or prohibited products',
    VIOLENCE: 'violence',
  },
  noPolicyText: 'This policy has no text yet.',
  ruleCount: (count: number) => many(count, 'rule', 'rules'),
  runs: (name: string, version: number) => `${name} ${version} is live`,
  nothingRuns: 'No rule set is live. Events are recorded; nothing is held or queued by rule.',
  operatorPuts: 'The operator makes the first one live: lamplighter rules live FILE',
  rules: 'Rules',
  versions: 'Versions',
  versionOf: (name: string, version: number) => `${name} ${version}`,
  states,
  noRule: 'No rule of the live version cites this policy.',
  noSuchRule: 'The live version has no rule of this name.',
  unreadable: 'This software no longer takes the text of this version; it is shown as it was.',
  column: {
    rule: 'Rule',
    policy: 'Policy',
    severity: 'Severity',
    phase: 'Phase',
    events: 'Events',
    effects: 'Does',
    unknown: 'When undecided',
    day: 'Last 24 h',
    hits: (since?: string) => (since === undefined ? 'Hits' : `Hits since ${since}`),
    owner: 'Owner',
    changed: 'Last change',
    ownerChanged: 'Owner, last change',
    state: 'State',
    version: 'Version',
    author: 'By',
    handedIn: 'Handed in',
    live: 'Live since',
    breaker: 'Breaker',
    harm: 'Harm',
  },
  phase: { gate: 'before delivery', follow: 'after delivery' },
  grave: 'grave',
  ignore: 'only recorded',
  day: (asked: string, fired: string, undecided: string, people: string) =>
    `fired ${fired} of ${asked}, undecided ${undecided}, on ${people} accounts`,
  dayNone: 'nothing judged',
  dayMeans: 'Whole hours of the last 24. An account counts once an hour.',
  upheld: (upheld: string, decided: string, low: string, high: string) =>
    `${upheld} of ${decided} upheld (${low} to ${high})`,
  undecidedYet: (events: string) => `fired on ${events}, none decided yet`,
  noHits: 'fired on nothing',
  shared: (shared: string, events: string, rule: string) => `${shared} of ${events} also by ${rule} or others`,
  sharedOnly: (shared: string, events: string, rule: string) => `${shared} of ${events} also by ${rule}`,
  alone: 'no other rule fired on them',
  hitsMeans:
    'Hits are those of the last 28 days, of which at most about the newest 5,000. Upheld: people have decided on these events, and what they decided stands and asks for something. In brackets the 95 % interval of that share.',
  changedBy: (version: number, by: string) => `in version ${version}, by ${by}`,
  notKept: 'was not kept',
  acts: 'acts',
  breaker: {
    none: 'not set: it never ran in shadow',
    below: (ceiling: number) => `opens above ${many(ceiling, 'time', 'times')} an hour`,
    open: (since: string) => `open since ${since}: it only queues`,
    openGrave: (since: string) => `open since ${since}: it goes on, because the harm is grave`,
  },
  paused: (until: string, by: string, reason: string) => `paused until ${until} by ${by}: ${reason}`,
  pausedShort: 'paused',
  breakerShort: 'breaker open',
  pause: 'Pause',
  pauseOne: (rule: string) => `Pause ${rule}`,
  pauseFor: 'For how long',
  pauseUntil: (until: string) => `It goes on by itself: ${until}.`,
  pausedSpoken: 'Paused. What the rule says is still counted.',
  resume: 'Resume',
  resumeOne: (rule: string) => `Resume ${rule}`,
  resumedSpoken: 'The rule acts again.',
  hours: (count: number) => many(count, 'hour', 'hours'),
  alerts: 'What leads must hear of',
  noAlerts: 'Nothing in the last 7 days.',
  alert: {
    paused: (rule: string) => `${rule} was paused, though it is against grave harm`,
    breaker: (rule: string, words: string) => `The breaker of ${rule} opened: ${words}`,
    switch: (id: string) => `The switch ${id} is past its end or its review: it is off, see Settings`,
  },
  tab: {
    label: 'Parts of this version',
    text: 'Text',
    changes: 'What it changes',
    shadow: 'Shadow report',
    backtest: 'Backtest',
    retro: 'Look back',
    backfill: 'Counters',
    history: 'History',
  },
  write: 'New version',
  writeFrom: (name: string, version: number) => `New version from ${name} ${version}`,
  newTitle: (name: string) => `New version of ${name}`,
  editor: {
    label: 'Text of the rules',
    help: 'Tab leaves the editor. Ctrl+Space offers words, F8 goes to the next finding, Ctrl+] and Ctrl+[ indent.',
    readHelp: 'This text stands: decisions may name it. A change is a new version.',
    cost: (count: number) => many(count, 'unit of cost at most', 'units of cost at most'),
    checking: 'Checking',
    broken: 'The checker in this page does not work. The server still checks what is handed in.',
    findings: 'Findings',
    fine: 'Nothing to complain about.',
    count: (errors: number, warnings: number) =>
      allOf.format(
        [
          errors > 0 ? many(errors, 'error', 'errors') : '',
          warnings > 0 ? many(warnings, 'warning', 'warnings') : '',
        ].filter(Boolean),
      ),
    severity: { error: 'error', warning: 'warning' },
    place: (line: number, column: number) => `line ${line}, column ${column}`,
    fix: (fix: string) => `Mend: ${fix}`,
    format: 'Format',
    formatted: 'Laid out.',
    formatFirst: 'A text that cannot be read is not laid out; mend the findings first.',
    tabs: { label: 'Beside the text', findings: 'Findings', tests: 'Tests', changes: 'Changes', form: 'Form' },
    run: 'Run the tests',
    testsFirst: 'Tests run once the text has no errors.',
    testsNone: 'The file has no tests.',
    tests: (passed: number, failed: number) =>
      failed === 0 ? `${many(passed, 'test passes', 'tests pass')}.` : `${failed} of ${passed + failed} tests fail.`,
    stale: 'The text has changed since; run them again.',
    passed: 'passed',
    failed: 'failed',
    line: (line: number) => `line ${line}`,
    coverage: (both: number, all: number) => `Questions seen answered both ways: ${both} of ${all}.`,
    coverageMust: 'needed to go live',
    neverTrue: 'never true',
    neverFalse: 'never false',
    handIn: 'Hand in as a draft',
    handedIn: (name: string, version: number) => `${name} ${version} is a draft.`,
    handInNeeds: 'Still missing:',
    missing: {
      errors: 'mend the errors',
      tests: 'its tests must pass',
      same: 'nothing was changed yet',
      checking: 'the text is being checked',
    },
    startOver: 'Start over',
    startOverMeans: 'Throws away what you wrote and begins with the live text.',
    kept: 'This is what you wrote before; nothing of it was handed in.',
    noForm: 'No rule here can be edited as a form: that takes a “when” of conditions joined by “and” alone.',
    formRule: 'Rule',
    formMeans: 'The form changes the text beside it and nothing else.',
    conditions: 'When all of this is so',
    condition: (place: number) => `Condition ${place}`,
    conditionLeft: (place: number) => `Condition ${place}: what`,
    conditionIs: (place: number) => `Condition ${place}: compared how`,
    conditionRight: (place: number) => `Condition ${place}: with what`,
    addCondition: 'Add a condition',
    newCondition: 'New condition',
    removeCondition: (place: number) => `Take away condition ${place}`,
    takeAway: 'Take away',
    refused: 'This is not one condition, so the text stays as it is.',
    relation: {
      '==': 'is',
      '!=': 'is not',
      '<': 'is below',
      '<=': 'is at most',
      '>': 'is above',
      '>=': 'is at least',
    } as Record<string, string>,
    clause: { harm: 'Harm', policy: 'Policy', severity: 'Severity', phase: 'Phase', because: 'Reason for staff' },
  },
  change: {
    none: 'Nothing differs from the live version.',
    added: (rule: string, to: number) => `${rule} v${to} is new`,
    removed: (rule: string, from: number) => `${rule} v${from} is gone`,
    changed: (rule: string, from: number, to: number) => `${rule} v${from} → v${to}`,
    texts: (rule: string) => `${rule}: only its texts`,
    reset: (counter: string, what: string, warm: string) =>
      `counter ${counter} begins anew (${what}); warm after ${warm}`,
    begins: (counter: string, warm: string) => `counter ${counter} is new; warm after ${warm}`,
    approvals: (count: number) =>
      count === 0 ? 'Nobody else has to agree.' : `${many(count, 'other person has', 'other people have')} to agree.`,
    because: (why: string) => `because of: ${why}`,
  },
  report: {
    none: 'It has not run beside the live version yet. Put it in shadow; what it would have done is counted here.',
    since: (at: string) => `Beside the live version since ${at}.`,
    enough: 'It has been watched long enough.',
    noEvents: 'No event of its kinds has been judged yet.',
    rule: 'Rule',
    asked: 'Events',
    fired: 'Fired, new',
    live: 'Live',
    both: 'Both',
    onlyNew: 'Only new',
    onlyLive: 'Only live',
    undecided: 'Undecided',
    people: 'Accounts',
    perHour: 'In an hour, p99',
    opened: 'That you opened this report is noted: an approval rests on it.',
    means: 'Accounts count once an hour. Whether a hit was right is not in these numbers.',
  },
  backtest: {
    means:
      'Asks this version about past events, as far as the replay log keeps them: facts without content, 28 days at most. Nothing is done to anybody.',
    archive:
      'Your own archive can be asked instead: it is handed in on the command line (lamplighter rules backtest … --upload FILE) or through the API.',
    source: { log: 'From the replay log.', upload: 'From an archive that was handed in.' },
    collecting: (taken: string, until: string) =>
      `${taken} events are handed in; it begins when that is said to be all. What is not finished by ${until} is dropped.`,
    late: (count: string) =>
      `${count} events came so late in the archive that later ones had been judged: what they count is unsure.`,
    repeated: (count: string) => `${count} events were told twice and judged once.`,
    sample: (percent: string, seed: string) =>
      `Only ${percent} of the accounts were looked at, picked by ${seed}. No number is made larger.`,
    notMeasured: 'Not measured, because these rules count what others do, too:',
    span: 'How far back',
    days: (count: number) => many(count, 'day', 'days'),
    start: 'Ask the past',
    started: 'The backtest has begun.',
    none: 'This version was not asked about the past yet.',
    run: 'Backtest',
    runOf: (at: string, by: string) => `${at}, by ${by}`,
    spanOf: (from: string, to: string, against: string) => `Events from ${from} to ${to}, beside ${against}.`,
    allOf: (to: string, against: string) => `All events until ${to}, beside ${against}.`,
    state: {
      collecting: 'takes events',
      waiting: 'waiting',
      running: 'under way',
      done: 'done',
      cancelled: 'stopped',
      parked: 'given up',
    },
    parked:
      'It failed and was given up. The operator finds why in the log of the server; ask for it again when that is mended.',
    cancelled: 'It was stopped. What it had found by then is gone.',
    progress: (done: string, total: string, perSecond: string) => `${done} of ${total} events, ${perSecond} a second`,
    left: (time: string) => `${time} left`,
    stop: 'Stop',
    stopped: 'Stopped.',
    sum: (measured: string, events: string, warmup: string) =>
      `${measured} of ${events} events measured; those before warm the counters (${warmup}).`,
    nothingMeasured:
      'Nothing was measured, so this says nothing of any rule. Look at a longer time: the counters have to see that much of it first.',
    sumNoWarmup: (measured: string) => `${measured} events measured.`,
    drift: (events: string, checked: string) =>
      `Do not trust this: asked again, what ran then decides ${events} of ${checked} events otherwise than it did.`,
    notChecked: 'Nothing is known of what ran then, so it was not compared with that.',
    noDrift: (checked: string) => `Asked again, what ran then decides all ${checked} events as it did.`,
    unsure: (count: string) => `${count} were not compared: a counter had no sure number.`,
    blind: (count: string) =>
      `Of ${count} events not all is kept that this version asks. What is missing is undecided:`,
    cold: (names: string) => `Their windows are longer than seven days, so they stay undecided: ${names}.`,
    table: 'What it finds, by rule',
    noRules: 'No rule of either version says anything of these events.',
    gone: 'no longer there',
    outcomes: 'Upheld, overturned, open',
    outcome: (upheld: string, overturned: string, open: string) => `${upheld}, ${overturned}, ${open}`,
    untold: (count: string) => `${count} nobody can tell`,
    outcomesMean:
      'What people decided of the events it fires on. Where nobody looked, nobody knows whether it is right.',
    differences: 'Where the two differ',
    ruleOf: 'Rule',
    noDifferences: 'Both say the same of every event.',
    new: 'newly caught',
    lost: 'no longer caught',
    more: 'More',
    answer: { yes: 'yes', no: 'no', unknown: 'unknown' },
    opened: 'That you opened this result is noted: an approval may rest on it.',
    failed: { conflict: 'The live version reads other facts; hand this file in again.' } as Record<string, string>,
  },
  backfill: {
    means:
      'Fills the counters of this version from the open segment of the replay log (14 days at most), so that they need not warm for a whole window. They say of nothing that they have seen it where the log does not hold it.',
    notCounted: 'Counters of this version are not counted: they begin when it goes to shadow.',
    start: 'Fill the counters',
    started: 'Filling has begun.',
    none: 'The counters of this version were not filled from the log.',
    run: 'Filling',
    asks: (counters: string) => `Counters: ${counters}.`,
    state: { waiting: 'waiting', running: 'under way', done: 'done', cancelled: 'stopped', parked: 'given up' },
    cancelled: 'It was stopped. The counters go on warming as before.',
    sum: (events: string) => `${events} events of the log were read.`,
    table: 'How far back the counters have seen everything',
    counter: 'Counter',
    since: 'Has seen everything since',
    warm: 'Warm from',
    why: 'Because',
    nothing: 'No counter was there to be filled.',
    limit: {
      window: 'Nothing is missing in its window.',
      log: 'The log begins there.',
      gap: 'The log has a gap there: it was off, or a segment ended.',
      missing: 'The log does not hold what it asks of events until then.',
      gone: 'It was no longer counted.',
    },
    failed: {
      conflict: 'Its counters are warm or not counted, or the live version reads other facts: look again.',
      counter_not_logged: 'The log keeps nothing of what these counters count; they warm by waiting.',
    },
  },
  retro: {
    means:
      'Applies this version to past events, as far back as the open segment of the replay log reaches (14 days at most), and makes cases of what its rules find. Nothing else happens to anybody, and a person decides each case. It begins when somebody else has agreed.',
    rules: 'Rules',
    allRules: 'All that queue',
    maxCases: 'Cases at most',
    noRules: 'No rule of this version queues, so looking back could make no case.',
    propose: 'Propose to look back',
    proposed: 'Proposed. Somebody else has to agree.',
    none: 'This version was not applied to the past.',
    run: 'Look back',
    asks: (from: string, to: string, rules: string, most: string) =>
      `Events from ${from} to ${to}; rules: ${rules}; cases at most: ${most}.`,
    asksAll: (to: string, rules: string, most: string) =>
      `All events until ${to}; rules: ${rules}; cases at most: ${most}.`,
    askedBy: (by: string, at: string) => `Proposed by ${by}, ${at}:`,
    approvedBy: (by: string, at: string) => `Agreed to by ${by}, ${at}.`,
    solo: 'solo: one person works here',
    waits: 'It waits until somebody else agrees.',
    approve: 'Agree',
    approved: 'Agreed. It begins.',
    state: {
      proposed: 'proposed',
      collecting: 'takes events',
      waiting: 'waiting',
      running: 'under way',
      done: 'done',
      cancelled: 'stopped',
      parked: 'given up',
    },
    cancelled: 'It was stopped. Cases that it had made by then stay.',
    reaches: (since: string) => `The log reaches back to ${since}; before that nobody can be found again.`,
    nothing: 'The log has no open segment, so nobody can be found again.',
    archive:
      'To look for a new list in old content, your own archive is handed in once somebody has agreed: on the command line (lamplighter rules retro … --upload FILE) or through the API.',
    begins: (since: string) => `The archive begins on ${since}.`,
    broken: 'The segment of the log was closed meanwhile: the rest was not looked at.',
    sum: (measured: string, opened: string, joined: string) =>
      `${measured} events looked at. Cases opened: ${opened}; open cases joined: ${joined}.`,
    known: (count: string) => `Found again and left, since these rules had made a case of it before: ${count}.`,
    leftOut: (count: string) => `Found when there were enough cases: ${count}.`,
    unnamed: (count: string) => `Found, but logged before the log said to which item it belongs: ${count}.`,
    table: 'What the rules found',
    fired: 'Found',
    undecided: 'Undecided, no case',
    noneFound: 'No rule was asked.',
    cases: 'Cases',
    caseOf: (rules: string, events: string) => `${rules}; events: ${events}`,
    joined: 'was open before',
    failed: {
      conflict:
        'It is no longer what it was: look again. If the live version reads other facts, hand this file in again.',
      second_person_required: 'Nobody agrees to what they have proposed themselves; ask a colleague.',
    } as Record<string, string>,
  },
  steps: 'Next steps',
  noSteps: 'Your role reads this version and changes nothing.',
  ready: 'Nothing is missing.',
  missing: 'Still missing',
  step: {
    shadow: 'Put in shadow',
    trial: 'Try on a share',
    live: 'Make live',
    retire: 'Take back',
    approve: 'Approve',
    rollback: 'Roll back',
  },
  stepMeans: {
    shadow: 'It judges beside the live version; what it would do is counted and not done.',
    trial: 'It acts for a share of accounts or rooms; the live version acts for the others.',
    live: 'It judges every event from now on.',
    retire: 'It is out of the way for another version. Its text stays.',
    approve: 'You agree to exactly these bytes.',
    rollback: 'The version before judges again, at once.',
  },
  stepDone: {
    shadow: 'In shadow.',
    trial: 'In trial.',
    live: 'Live.',
    retire: 'Taken back.',
    approve: 'Approved.',
    rollback: 'Rolled back.',
  },
  percent: 'Share in percent',
  shareOf: 'Of what',
  shareBy: { 'actor.id': 'accounts', 'room.id': 'rooms' },
  reason: 'Reason, for the public log: no name, no content',
  expedite: 'Without waiting in shadow: one more approval, and a case reviews it within 72 h',
  cold: 'Although its counters have not seen a whole window: what is undecided by that alone is not acted on',
  note: 'Note',
  hash: 'Hash',
  share: (percent: number, by: string) => `${percent} % of ${by}`,
  approvals: (given: number, needed: number) => `${given} of ${needed} approvals`,
  approvedBy: (by: string, roles: string, at: string) => `${by} (${roles}), ${at}`,
  noApprovals: 'Nobody has agreed yet.',
  history: {
    none: 'What happens to this version will be listed here.',
    op: {
      uploaded: 'handed in',
      approved: 'approved',
      shadow: 'put in shadow',
      trial: 'put in trial',
      live: 'made live',
      rollback: 'made live again by a rollback',
      retired: 'taken back',
      paused: 'rule paused',
      resumed: 'rule resumed',
      retro: 'agreed to apply it to the past',
    },
    solo: 'solo: fewer agreed than the changes ask for',
  },
  need: (need: z.output<typeof NeedJson>): string => {
    const { names = [], ms = 0, events = 0, given = 0, needed = 0, guard = false, from = [] } = need.facts ?? {}
    switch (need.code) {
      case 'stale_revision':
        return 'it changed since you read it'
      case 'wrong_state':
        return `it must be ${anyOf.format(from.map((state) => states[state]))}`
      case 'not_author':
        return 'only its author puts a version in shadow'
      case 'own_version':
        return 'nobody approves their own version; ask a colleague'
      case 'taken':
        return `${names[0] ?? 'another version'} runs beside the live one; take it back first`
      case 'other_schema':
        return 'the live version reads other facts; hand this file in again'
      case 'shadow_short':
        return `more time in shadow: ${allOf.format(
          [ms > 0 ? duration(upToMinute(ms), units) : '', events > 0 ? many(events, 'event', 'events') : ''].filter(
            Boolean,
          ),
        )}`
      case 'approvals':
        return given >= needed
          ? 'an approval by child safety or legal'
          : `approvals: ${given} of ${needed}${guard ? ', one by child safety or legal' : ''}`
      case 'coverage':
        return `tests that answer these questions both ways: ${names.join(', ')}`
      case 'trial_forbidden':
        return `protection from grave harm is not withheld at random: ${names.join(', ')}`
      case 'counter_cold':
        return `these counters have not seen a whole window: ${names.join(', ')}`
      case 'no_model':
        return `these learners have no model here, so every text would be undecided: ${names.join(', ')}`
      case 'nothing_before':
        return 'nothing was live before it'
      case 'report_unopened':
        return 'open its shadow report first'
      default:
        return need.detail
    }
  },
  failed: {
    stale_revision: 'It changed while you looked at it. Look again, then decide.',
    conflict: 'Another version went live, or this number is taken. Look again.',
    needs_unmet: 'Something is still missing.',
    rules_refused: 'The server refuses this text.',
  } as Record<string, string>,
}
