import type { feedbackEn } from './feedback.en.ts'

/** Die Wörter dafür, der Quelle einer Liste zu sagen, was zu einem Treffer entschieden wurde. */
export const feedbackDe: typeof feedbackEn = {
  title: 'Der Quelle der Liste sagen',
  words: 'Es reist nur die Meinung, nie Inhalt. Nichts wird von selbst gesagt.',
  open: 'Es kann gesagt werden, sobald die Entscheidung nicht mehr zurückgenommen werden kann.',
  over: 'Die Entscheidung wurde zurückgenommen oder aufgehoben. Was gesagt wurde, wird widerrufen.',
  of: (list, source) => (source === '' ? list : `${list}, von ${source}`),
  disputed: {
    title: 'Strittige Treffer',
    by: (names) => `strittig für ${names}`,
    sealed: 'strittig; die Liste ist versiegelt, darum wird niemand genannt',
  },
  tell: {
    upheld: (exchange) => `${exchange} sagen: Der Treffer stimmt`,
    rejected: (exchange) => `${exchange} sagen: Der Treffer ist falsch`,
  },
  again: (exchange) => `Noch einmal an ${exchange} senden`,
  waits: (exchange) => `${exchange} sagen, dass dieser Treffer auf einen Menschen wartet`,
  reason: 'Warum er falsch ist',
  reasonHelp: 'Einer der Gründe, die der Austausch nennt. Freier Text wird nie gesendet.',
  chooseReason: 'Einen Grund wählen',
  said: 'Was entschieden wurde',
  waited: 'Dass er wartet',
  recall: 'Widerruf',
  states: {
    asked: 'wartet auf eine zweite Person',
    waiting: 'unterwegs',
    sending: 'unterwegs',
    delivered: 'gesendet',
    unclear: 'gesendet, aber ohne Antwort: dort nachsehen',
    parked: 'nicht angenommen',
    cancelled: 'nicht gesendet',
  },
  recalls: {
    asked: 'wartet auf eine zweite Person',
    waiting: 'unterwegs',
    sending: 'unterwegs',
    delivered: 'widerrufen',
    unclear: 'gesendet, aber ohne Antwort: dort nachsehen',
    parked: 'keine Maschine kann es widerrufen: dorthin schreiben',
    cancelled: 'nicht gesendet',
  },
  why: {
    terms: 'Die Bedingungen dieser Liste sehen keine Rückmeldung vor. Was du entschieden hast, bleibt hier.',
    own: 'Es ist ein eigener Eintrag.',
    unnamed:
      'Nichts benennt diesen Eintrag der Quelle, ohne seinen Hash zu zeigen. Was du entschieden hast, bleibt hier.',
    gone: 'Der Eintrag wird nicht mehr aufbewahrt.',
  },
  mail: 'Seine Quelle hat dafür keinen Aufruf. Der Text einer Mail an sie:',
  mailText: {
    upheld: (entry, source, day) =>
      `Zu Ihrem Eintrag ${entry}${source === '' ? '' : ` (${source})`}: Am ${day} hat sich jemand von uns eine Datei angesehen, die zu ihm passt. Der Treffer stimmt.`,
    rejected: (entry, source, day) =>
      `Zu Ihrem Eintrag ${entry}${source === '' ? '' : ` (${source})`}: Am ${day} hat sich jemand von uns eine Datei angesehen, die zu ihm passt. Sie ist nicht, was Ihre Liste enthält. Bitte prüfen Sie den Eintrag.`,
  },
  own: {
    title: 'Eigene Hashes abgeben',
    words: 'Es reist nur der Hash. Er wird zurückgenommen, wenn die Entscheidung aufgehoben wird.',
    of: (list) => `Eintrag von ${list}, der auf dieser Entscheidung beruht`,
    share: (exchange) => `An ${exchange} abgeben`,
    approve: (exchange) => `Zustimmen, dass ${exchange} ihn bekommt`,
    withdraw: 'Zurücknehmen',
    shared: (exchange, state) => `${exchange}: ${state}`,
    recall: (exchange, state) => `Rücknahme bei ${exchange}: ${state}`,
    why: {
      terms: 'Die Bedingungen dieser Liste erlauben kein Teilen.',
      kind: 'Abgegeben werden nur MD5, SHA-1 und SHA-256.',
      nobody: 'Kein Austausch zu diesem Schaden nimmt einen solchen Hash.',
    },
  },
  spoken: 'Es ist notiert und unterwegs.',
}
