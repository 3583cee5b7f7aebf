import type { switchesEn } from './switches.en.ts'

export const switchesDe: typeof switchesEn = {
  words: 'Solange ein Schalter aus ist, wird Privates dort nicht gemessen.',
  names: {
    'eu.private_scan': 'Europäische Union',
    'uk.private_scan': 'Vereinigtes Königreich',
    'us.private_scan': 'Vereinigte Staaten',
  },
  states: {
    off: 'aus',
    on: 'an',
    not_yet: 'aus, nicht begonnen',
    ended: 'aus, beendet',
    review_due: 'aus, Überprüfung fällig',
  },
  law: 'Gesetz',
  from: 'Von',
  until: 'Bis',
  review: 'Überprüfen bis',
  who: 'Wer',
  changed: 'Geändert',
  proposed: (by, state) => `${by} beantragt: ${state}`,
  approve: 'Zustimmen',
  withdraw: 'Zurückziehen',
  ask: 'Änderung beantragen',
  asked: 'Jemand anderes muss zustimmen.',
  reasonHelp: 'Er ist öffentlich: kein Name, kein Inhalt.',
}
