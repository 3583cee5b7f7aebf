import { duration } from '../time.ts'
import { cardDe } from './card.de.ts'
import { caseDe } from './case.de.ts'
import { units } from './counts.de.ts'
import { exchangesDe } from './exchanges.de.ts'
import { failures } from './failures.de.ts'
import { feedbackDe } from './feedback.de.ts'
import { knownDe } from './known.de.ts'
import { listsDe } from './lists.de.ts'
import { matchDe } from './match.de.ts'
import { rulebookDe } from './rulebook.de.ts'
import { sayer } from './said.ts'
import { settingsDe } from './settings.de.ts'
import { shippedDe } from './shipped.de.ts'
import { switchesDe } from './switches.de.ts'
import { toldDe } from './told.de.ts'
import type { Words } from './words.ts'

const anyOf = new Intl.ListFormat('de', { type: 'disjunction' })

/** German. */
export const de: Words = {
  loading: 'Wird geladen',
  cancel: 'Abbrechen',
  close: 'Schließen',
  again: 'Noch einmal versuchen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  yes: 'ja',
  never: 'nie',
  skipToContent: 'Zum Inhalt',
  noSuchCase: 'Das ist keine Fallnummer. Fälle heißen wie C-1042.',
  offline: 'Der Server antwortet nicht. Entscheiden wartet; die Seite geht von selbst weiter, sobald er zurück ist.',
  nav: { label: 'Hauptmenü', review: 'Prüfen', rules: 'Regeln', settings: 'Einstellungen' },
  notFound: { title: 'Hier ist nichts', back: 'Zum Prüfen' },
  length: (ms) => duration(ms, units),
  ago: (ms) => `vor ${duration(ms, units)}`,
  dueIn: (ms) => `fällig in ${duration(ms, units)}`,
  overdueBy: (ms) => `überfällig seit ${duration(ms, units)}`,
  band: (band) => `Stufe ${band}`,
  exposure: (full, seconds) => `ganz gesehen: ${full} · ${duration(seconds * 1000, units)}`,
  life: {
    lane: 'Lebensgefahr',
    chip: (open, age, overdue) =>
      [
        `Lebensgefahr: ${open} offen`,
        age === null ? '' : `ältester ${duration(age, units)}`,
        overdue > 0 ? `${overdue} überfällig` : '',
      ]
        .filter(Boolean)
        .join(' · '),
  },
  role: {
    reviewer: 'Prüfung',
    lead: 'Leitung',
    'child-safety': 'Kinderschutz',
    legal: 'Recht',
    auditor: 'Revision',
    admin: 'Verwaltung',
  },
  severity: { low: 'leicht', medium: 'mittel', high: 'schwer', critical: 'sehr schwer' },
  choice: {
    none: 'Nichts tun',
    remove: 'Entfernen',
    warn: 'Verwarnen',
    limit: 'Einschränken',
    suspend: 'Sperren',
  },
  choiceWords: (choice) =>
    ({
      none: 'nichts tun',
      remove: 'entfernen',
      warn: 'verwarnen',
      limit: 'einschränken',
      suspend: 'sperren',
      block: 'nicht zugestellt',
      hold: 'zurückgehalten',
      reverse: 'umgekehrt',
      upheld: 'bestätigt',
      partly: 'teilweise',
      reversed: 'umgekehrt',
    })[choice] ?? choice,
  outcome: { upheld: 'Bestätigt', partly: 'Teilweise', reversed: 'Umgekehrt' },
  outcomeMeans: {
    upheld: 'die Entscheidung bleibt',
    partly: 'ein Teil wird zurückgenommen',
    reversed: 'Folgen und Verstoß werden aufgehoben',
  },
  caseState: { open: 'offen', claimed: 'übernommen', handed: 'weitergegeben', decided: 'entschieden' },
  do: {
    remove: 'entfernen',
    restore: 'wiederherstellen',
    hold: 'anhalten',
    release: 'freigeben',
    label: 'kennzeichnen',
    unlabel: 'Kennzeichen abnehmen',
    limit: 'einschränken',
    unlimit: 'Einschränkung aufheben',
    warn: 'verwarnen',
    suspend: 'sperren',
    unsuspend: 'Sperre aufheben',
    offer: 'Hilfe anbieten',
  },
  provenance: {
    server: 'vom Server gesehen',
    proven: 'gemeldet, bewiesen',
    unproven: 'gemeldet, unbewiesen',
    requested: 'auf Anfrage von der Plattform',
  },
  demo: {
    label: 'Vorführung',
    title: 'Vorführung.',
    words: 'Alles hier ist erfunden; nichts verlässt diesen Rechner.',
    lookAs: 'Ansehen als',
    lookingAs: (role) => `Angesehen als ${role}`,
  },
  own: {
    menu: 'Ihr Menü',
    themes: 'Aussehen',
    theme: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel', contrast: 'Hoher Kontrast' },
    language: 'Sprache',
    keys: 'Einzelne Tasten',
    keysOn: 'An',
    keysOff: 'Aus',
    signOut: 'Abmelden',
  },
  signedOut: {
    title: 'Sie sind abgemeldet',
    how: 'Lamplighter kennt keine Passwörter. Öffnen Sie einen Anmeldelink in diesem Browser; er gilt einmal, 15 Minuten lang.',
    ways: [
      { who: 'In der Vorführung steht der Link dort, wo sie gestartet wurde:', command: 'npm start' },
      {
        who: 'Für die erste Person, oder wenn jemand den Zugang verloren hat, auf dem Server:',
        command: 'npx lamplighter people recover',
      },
    ],
    kept: 'Die Seite geht von selbst weiter, sobald Sie angemeldet sind, gleich in welchem Tab. Ihr Text ist noch da.',
    afterwards:
      'Alle anderen werden unter Einstellungen → Personen eingeladen. Die Seite geht nach dem Anmelden von selbst weiter.',
  },
  forbidden: {
    needs: (roles) => `Diese Seite braucht die Rolle ${anyOf.format(roles)}.`,
    grant: 'Die Verwaltung vergibt sie unter Einstellungen → Personen.',
  },
  errors: {
    of: (code) => failures[code] ?? 'Das ging nicht.',
    request: 'Anfrage',
  },
  home: {
    title: 'Prüfen',
    lanes: 'Warteschlangen',
    lane: 'Warteschlange',
    waiting: 'Wartend',
    oldest: 'Ältester gegen Frist',
    today: 'Sie, heute',
    start: 'Anfangen',
    empty: 'nichts wartet',
    idle: (lanes) => `Nichts wartet in: ${lanes}`,
    age: (ms) => `ältester ${duration(ms, units)}`,
    overdue: (count) => `${count} überfällig`,
    hot: (count) => `${count} von einem heißen Eintrag`,
    hotCase: 'heißer Eintrag',
    nothingLeft:
      'In dieser Warteschlange ist für Sie nichts frei: Was wartet, ist in anderen Händen, oder Sie waren schon beteiligt.',
    noLanes: 'Ihren Rollen ist keine Warteschlange offen. Die Verwaltung vergibt sie unter Einstellungen → Personen.',
    mine: 'Ihre Fälle',
    noneMine: 'Hier stehen Fälle, die Sie übernommen haben oder die zu Ihnen zurückkommen. Fangen Sie oben einen an.',
  },
  review: {
    facts: 'Tatsachen',
    evidence: 'Beweise',
    card: 'Entscheidung',
    claim: (name) => `${name} übernehmen`,
    giveBack: 'Zurückgeben',
    givenBack: (name) => `${name} ist wieder in der Warteschlange.`,
  },
  ...caseDe,
  ...cardDe,
  keys: {
    title: 'Tasten',
    where:
      'Einzelne Tasten gelten außerhalb von Textfeldern. In Ihrem Menü lassen sie sich abschalten. Strg+Eingabe entscheidet überall.',
    group: { decide: 'Entscheiden', case: 'Fall', evidence: 'Beweise', go: 'Gehe zu' },
    command: {
      decide: 'entscheiden und nächster Fall; übernehmen; anfangen',
      policy: 'Richtlinie wählen',
      none: 'nichts tun',
      remove: 'entfernen',
      warn: 'verwarnen',
      limit: 'einschränken',
      undo: 'letzte Entscheidung zurücknehmen',
      skip: 'überspringen, mit Grund',
      handoff: 'diesen Fall weitergeben',
      escalate: 'an die Leitung geben',
      note: 'Notiz',
      'evidence-next': 'nächstes Beweisstück',
      'evidence-previous': 'voriges Beweisstück',
      reveal: 'eine Stufe aufdecken; halten für die volle Ansicht',
      colour: 'Farbe an und aus, in der vollen Ansicht',
      close: 'schließen; alle Medien verbergen',
      'go-review': 'Prüfen',
      'go-rules': 'Regeln',
      'go-settings': 'Einstellungen',
      help: 'diese Hilfe',
    },
  },
  ...settingsDe,
  lists: listsDe,
  exchanges: exchangesDe,
  feedback: feedbackDe,
  rulebook: rulebookDe,
  match: matchDe,
  known: knownDe,
  told: toldDe,
  said: sayer(shippedDe),
  switches: switchesDe,
}
