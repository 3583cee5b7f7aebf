import type { Change } from '../case/changes.ts'
import { duration } from '../time.ts'
import type { caseEn } from './case.en.ts'
import { many, units } from './counts.de.ts'

/** Die Wörter eines Falls auf dem Bildschirm: Tatsachen, Belege, und was gesagt wird, wenn er sich ändert. */
export const caseDe: typeof caseEn = {
  facts: {
    reports: (count) => (count === 0 ? 'Meldungen' : many(count, 'Meldung', 'Meldungen')),
    noReports: 'Niemand hat das gemeldet; eine Regel oder ein Signal hat es gefunden.',
    reporter: (ref, upheld, decided) =>
      decided === 0 ? `${ref}: erste Meldung` : `${ref}: ${upheld} von ${decided} bestätigt`,
    signals: 'Signale',
    noSignals: 'Hieran wurde nichts gemessen.',
    fired: 'Warum die Regel griff',
    noneFired: 'Keine Regel griff; eine Meldung hat den Fall eröffnet.',
    waits: 'Eine Mitteilung über eine frühere Entscheidung wartet; worum es ging, steht bei den Belegen.',
    appealed: 'Jemand hat Beschwerde gegen eine Entscheidung eingelegt; worum es ging, steht bei den Belegen.',
    ruleUnknown: 'nicht entscheidbar',
    wouldSay: (because) => `Ob das zutrifft, kann noch niemand sagen: ${because}`,
    lookedBack: (version) =>
      `Später gefunden, als ${version} auf Vergangenes angewendet wurde. Was damals geschrieben oder gezeigt wurde, ist hier nicht mehr aufbewahrt; Tatsachen sind es.`,
    warming: 'Ein Zähler, den diese Regel liest, hat gerade erst zu zählen begonnen: Seine Zahl kann zu klein sein.',
    clause: (outcome) => (outcome === null ? 'unbekannt' : outcome ? 'wahr' : 'falsch'),
    next: 'Als Nächstes',
    noNext: 'Danach wartet nichts.',
  },
  signals: {
    state: {
      hit: 'Treffer',
      no_hit: 'kein Treffer',
      value: 'gemessen',
      unknown: 'unbekannt',
      none: 'nichts zu messen',
      off: 'hier nicht erlaubt',
    },
    unknown: (part, why) => `${part} unbekannt: ${why}`,
    list: (name, version) => `Liste ${name}, Version ${version.replace(/^v/, '')}`,
    sealed: 'versiegelt',
    context: 'nur Zusammenhang',
    hot: 'Dieser Eintrag trifft binnen eines Tages Dinge von mehr als 20 Menschen, wie schnell verbreiteter Missbrauch und falsche Einträge. Stimmt er?',
  },
  tabs: {
    label: 'Teile des Falls',
    context: (count) => `Zusammenhang (${count})`,
    history: 'Verlauf',
    notes: (count) => `Notizen (${count})`,
    account: 'Konto',
  },
  evidence: {
    label: (ref, author) => `${ref}, ${author}`,
    role: { actor: 'handelte', target: 'angesprochen', other: 'anwesend', reporter: 'meldete' },
    reported: 'gemeldet',
    matched: 'Unterstrichen:',
    unseen: (label) => `ein unsichtbares Zeichen: ${label}`,
    none: 'Zu diesem Fall wurden keine Beweise aufbewahrt.',
    off: (name) => `Nicht gemessen: ${name} ist aus.`,
  },
  history: { none: 'Was mit diesem Fall geschieht, steht dann hier.' },
  notes: {
    add: 'Notiz für Mitarbeitende',
    save: 'Notiz hinzufügen',
    added: 'Notiz hinzugefügt.',
    none: 'Notizen von Kolleginnen und Kollegen stehen dann hier.',
  },
  account: { strikes: 'Verstöße', openCases: 'Offene Fälle' },
  reveal: {
    noSize: 'Größe unbekannt',
    claimed: (type) => `gesendet als ${type}`,
    hit: (list, version) => `auf Liste ${list}, Version ${version}`,
    silenced: (entry) => `Eintrag ${entry}, durch eine Ausnahme stummgeschaltet: zählt hier nicht`,
    noHits: 'Auf keiner der durchsuchten Listen.',
    decidedBefore: (count) => `Dieselbe Datei wurde schon ${count}-mal entschieden.`,
    decidedMeans: (count) =>
      `Diese Datei wurde schon ${count}-mal entschieden. Noch einmal hinsehen braucht einen Grund.`,
    reason: 'Warum noch einmal hinsehen',
    clearRegion: 'Verkleinert. Ein Druck auf eine Stelle zeigt sie 5 s lang klar',
    shown: { lowpass: 'Grobe Ansicht', reduced: 'Verkleinerte Ansicht', full: 'Volle Ansicht' },
    caption: {
      lowpass: 'Grob: 64 Bildpunkte, grau.',
      reduced: 'Verkleinert: 320 Bildpunkte, grau, unscharf. Ein Druck klärt eine Stelle für 5 s.',
      full: 'Voll. Verschwindet beim Loslassen oder nach 5 s.',
    },
    show: { lowpass: 'Grob zeigen', reduced: 'Verkleinert zeigen' },
    fullSeconds: '5 s lang voll zeigen',
    holdSpace: 'oder Leertaste halten für die volle Ansicht',
    hide: 'Verbergen',
    inColour: 'in Farbe',
    stepOf: (step) => `Stufe ${step} von 3`,
    factsOnly: 'Diese Datei lässt sich hier nicht zeigen; entscheiden Sie nach den Tatsachen.',
    claimFirst: 'Übernehmen Sie den Fall, um hinzusehen.',
    notThisRole: 'Ihre Rolle sieht keine Medien an.',
  },
  stale: {
    label: 'Änderungen an diesem Fall',
    changed: 'Dieser Fall hat sich geändert.',
    changedBy: (by, ms) => `Geändert von ${by}, vor ${duration(ms, units)}.`,
    change: (change: Change): string => {
      switch (change.what) {
        case 'reports':
          return change.count > 0
            ? `${many(change.count, 'weitere Meldung', 'weitere Meldungen')}`
            : 'Meldungen zusammengelegt oder geteilt'
        case 'evidence':
          return `${many(change.count, 'weiteres Beweisstück', 'weitere Beweisstücke')}`
        case 'evidence-changed':
          return `Beweise geändert: ${change.refs.join(', ')}`
        case 'signals':
          return 'Signale geändert'
        case 'notes':
          return 'neue Notizen'
        case 'due':
          return 'Frist geändert'
        case 'lane':
          return 'in einer anderen Warteschlange'
        case 'card':
          return 'Richtlinien oder Vorschlag geändert'
        case 'account':
          return 'Tatsachen zum Konto geändert'
        case 'appeal':
          return 'die Beschwerde wurde geändert'
        case 'decided':
          return 'es wurde entschieden'
      }
    },
    kept: 'Ihr Text bleibt.',
    adopt: 'Neuen Stand zeigen',
  },
}
