import {
  type CardChoice,
  type CardEffect,
  type CaseJson,
  CaseJson as CaseShape,
  type Choice,
  type EvidenceJson,
  getLanes,
} from '@lamplighter/api'
import { id } from './people.ts'

const minute = 60_000
const hour = 60 * minute

const policy = (slug: string, name: string, severity: string, choice: string, why: string) => ({
  id: `pol-${slug}`,
  slug,
  name,
  harms: [slug],
  severity,
  statement: {
    en: `We removed a message of yours because it breaks our rule “${name}”.\n\nWhat happened: {{what happened}}\n\nThis was decided by a person. You can appeal within six months.`,
    de: `Wir haben eine Nachricht von Ihnen entfernt, weil sie gegen unsere Regel „${name}“ verstößt.\n\nWas geschah: {{was geschah}}\n\nEin Mensch hat das entschieden. Sie können binnen sechs Monaten widersprechen.`,
  },
  reasonCodes: [
    { code: `${slug}.direct`, name: 'said directly' },
    { code: `${slug}.implied`, name: 'implied' },
  ],
  suggested: { choice, why },
})

const policies = [
  policy('threat', 'Threats and blackmail', 'high', 'remove', 'high severity, first strike'),
  policy('scam', 'Fraud and scams', 'medium', 'remove', 'medium severity'),
  policy('harassment', 'Harassment', 'medium', 'warn', 'medium severity, no strike yet'),
  policy('spam', 'Spam', 'low', 'limit', 'low severity'),
  policy('violence', 'Graphic violence', 'high', 'remove', 'high severity'),
]

const choice = (
  name: Choice,
  effects: CardEffect[],
  severe = false,
  unsupported: CardChoice['unsupported'] = null,
) => ({
  choice: name,
  severe,
  unsupported,
  effects,
  tellsPerson: name !== 'none',
})

const told: CardEffect[] = [{ does: 'tell_reporters', count: 2 }]
const appealable: CardEffect = { does: 'appealable', days: 183 }

const card = {
  policies,
  choices: [
    choice('none', [{ does: 'keep' }, ...told]),
    choice('remove', [{ does: 'remove' }, { does: 'tell_person' }, ...told, appealable]),
    choice('warn', [{ does: 'warn' }, ...told, appealable]),
    choice('limit', [{ does: 'limit', hours: 24 }, appealable], false, null),
    choice('suspend', [{ does: 'suspend' }, appealable], true, 'platform'),
  ],
  preselected: { policy: 'pol-threat', choice: 'remove' },
  language: 'en',
}

const piece = (ref: string, words: string, text: string | null, change: Partial<EvidenceJson> = {}): EvidenceJson => ({
  ref,
  provenance: 'server',
  kind: 'text',
  reported: false,
  author: { ref: `A${words.length}`, role: 'actor', words },
  at: 0,
  text,
  marks: [],
  links: [],
  media: null,
  state: null,
  off: null,
  ...change,
})

const reportedText = 'send me 50 har\u200bbour coins or else\u202e.yenom eht evah\u202c [threat] 👩‍🚒'

const evidenceAt = (now: number, number: number): EvidenceJson[] => [
  piece('E1', '@kestrel', 'hello, are you the one who sold the boat last week?', { at: now - 3 * hour }),
  piece('E2', '@plover', 'نعم، بعت القارب يوم الأحد', {
    at: now - 3 * hour + minute,
    author: { ref: 'A2', role: 'target', words: '@plover' },
    provenance: 'unproven',
  }),
  piece('E3', '@kestrel', reportedText, {
    at: now - 2 * hour,
    reported: true,
    provenance: 'proven',
    marks: [
      { from: 0, to: 10, why: 'list demo_terms: demand' },
      { from: reportedText.indexOf('[threat]'), to: reportedText.indexOf('[threat]') + 8, why: 'score threat 0.93' },
    ],
    links: ['https://boats.example/pay?to=har\u200bbour'],
  }),
  piece('E4', '@kestrel', null, {
    at: now - 2 * hour + minute,
    kind: 'media',
    provenance: 'requested',
    reported: true,
    media: {
      exhibit: id('ex', number),
      type: 'image/jpeg',
      claimedType: 'image/png',
      size: 184_320,
      width: 1280,
      height: 960,
      flags: ['trailing_data'],
      hits: [
        {
          ...{ list: 'demo_tiles', version: '4', sealed: false, kind: 'pdq', distanceBits: 12, weak: false, others: 2 },
          way: { variant: 'turned_90', of: 'stored', ground: null, frame: null, atMs: null },
        },
      ],
      silenced: [],
      unknown: [{ part: 'text_in_picture', why: 'reader not installed' }],
      steps: ['lowpass', 'reduced', 'full'],
      decidedBefore: number % 2 === 0 ? 1 : 2,
    },
  }),
]

const nextOf = (now: number, number: number) =>
  [1, 2, 3, 4, 5].map((step) => ({
    number: number + step,
    lane: 'threats',
    words: [
      'Message, reported twice',
      'Picture on a list',
      'Link, score high',
      'Account, three signals',
      'Message, unknown signal',
    ][step - 1],
    title: null,
    dueAt: now + step * hour,
    state: 'open',
    hot: false,
  }))

/** One made-up case, its shape checked by the contract. */
export function caseAt(number: number, now: number): CaseJson {
  const appeal = number === 1050
  return CaseShape.parse({
    number,
    revision: 3,
    kind: appeal ? 'appeal' : 'item',
    words: appeal ? 'Appeal against a warning' : 'Message, reported twice as a threat',
    title: null,
    state: 'open',
    lane: {
      id: 'threats',
      name: appeal ? 'Appeals' : 'Threats and blackmail',
      band: 'B',
      lifeThreat: number === 1040,
      childSafety: false,
    },
    openedAt: now - 2 * hour,
    dueAt: number === 1040 ? now - 20 * minute : now + 95 * minute,
    claim: null,
    account: {
      ref: 'A1',
      facts: [
        { name: 'Account since', value: '41 days' },
        { name: 'Messages, 7 days', value: '213' },
        { name: 'New contacts, 7 days', value: '38' },
      ],
      strikes: 1,
      openCases: 2,
    },
    reports: {
      count: 2,
      reasons: [
        { harm: 'threat', count: 1 },
        { harm: 'blackmail', count: 1 },
      ],
      reporters: [
        { ref: 'P1', upheld: 3, decided: 4 },
        { ref: 'P2', upheld: 0, decided: 0 },
      ],
      texts: [{ reporter: 'P1', at: now - hour, text: 'He wants money and says he knows where I live.' }],
    },
    signals: [
      { name: 'score_threat', kind: 'score', state: 'value', value: '0.93', why: null, list: null },
      {
        name: 'terms',
        kind: 'list',
        state: 'hit',
        value: null,
        why: null,
        list: { name: 'demo_terms', version: '12', sealed: false, context: false },
      },
      {
        name: 'picture_hash',
        kind: 'list',
        state: 'unknown',
        value: null,
        why: 'hash service late (300 ms)',
        list: { name: 'partner_hashes', version: '88', sealed: true, context: false },
      },
      { name: 'link_reputation', kind: 'list', state: 'no_hit', value: null, why: null, list: null },
    ],
    fired: [
      {
        rule: 'blackmail_demand',
        version: 4,
        outcome: 'fired',
        because: 'A demand for money together with a threat, to a new contact.',
        warming: false,
        lookedBack: null,
        clauses: [
          { text: 'score_threat >= 0.8', outcome: true, value: '0.93' },
          { text: 'sender.contact_age < 7 days', outcome: true, value: '3 hours' },
          { text: 'picture_hash is hit', outcome: null, value: 'unknown: late' },
        ],
        decision: id('dec', number),
      },
    ],
    evidence: evidenceAt(now, number),
    history: [
      { at: now - 2 * hour, by: 'rule', words: 'opened by blackmail_demand v4', step: null },
      { at: now - hour, by: 'R-12', words: 'skipped: cannot tell', step: null },
    ],
    notes: [{ at: now - hour, by: 'R-12', text: 'The seller mentions a boat sale; looks like a real contact.' }],
    tookPart: false,
    next: nextOf(now, number),
    card: appeal ? { ...card, preselected: null } : card,
    appeal: appeal
      ? {
          id: id('app', number),
          text: 'I was joking with a friend, he knows that. Please look at what came before.',
          at: now - hour,
          notice: { text: 'You were warned for harassment.', policy: 'Harassment', effects: ['warned'] },
        }
      : null,
    draft: null,
    withheld: [],
    referrals: [],
    decided: null,
  })
}

const lane = (name: string, words: string, waiting: number, age: number, due: number, change: object = {}) => ({
  id: name,
  name: words,
  harms: [name],
  band: 'C',
  lifeThreat: false,
  childSafety: false,
  waiting,
  overdue: 0,
  oldestAt: waiting === 0 ? null : age,
  nextDueAt: waiting === 0 ? null : due,
  decidedByMeToday: 0,
  hot: 0,
  ...change,
})

export function lanesAt(now: number, empty: boolean) {
  if (empty) return getLanes.answer.parse({ lanes: [], mine: [] })
  return getLanes.answer.parse({
    lanes: [
      lane('threats', 'Threats and blackmail', 9, now - 2 * hour, now + 95 * minute, {
        band: 'B',
        decidedByMeToday: 6,
      }),
      lane('unscreened-media', 'Unscreened media', 4, now - 5 * hour, now - 30 * minute, { overdue: 2 }),
      lane('reports', 'Reports', 11, now - 9 * hour, now + 15 * hour, { decidedByMeToday: 2 }),
      lane('life-at-risk', 'Life at risk', 1, now - 26 * minute, now - 11 * minute, {
        lifeThreat: true,
        overdue: 1,
        band: 'B',
      }),
      lane('appeals', 'Appeals', 2, now - 20 * hour, now + 52 * hour),
      lane('notices', 'Notices from authorities', 0, 0, 0),
    ],
    mine: [
      {
        number: 1046,
        lane: 'threats',
        words: 'Message, reported twice as a threat',
        title: null,
        dueAt: now + 95 * minute,
        state: 'claimed',
        hot: false,
      },
      {
        number: 1050,
        lane: 'appeals',
        words: 'Appeal against a warning',
        title: null,
        dueAt: now + 52 * hour,
        state: 'open',
        hot: false,
      },
    ],
  })
}
