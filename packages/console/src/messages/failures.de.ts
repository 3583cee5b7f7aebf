import type { FailureCode } from '../api/errors.ts'

/** Was über einen misslungenen Aufruf gesagt wird, nach seinem Code. */
export const failures: Partial<Record<FailureCode, string>> = {
  unreachable: 'Der Server antwortet nicht. Nichts ist verloren; bitte noch einmal versuchen.',
  unauthenticated: 'Sie sind abgemeldet.',
  forbidden: 'Ihre Rolle darf das nicht. Rollen ändert die Verwaltung unter Einstellungen → Personen.',
  not_found: 'Hier ist nichts, oder es ist nicht für Sie bestimmt.',
  not_yours: 'Diesen Fall bearbeitet jemand anderes.',
  not_claimed: 'Die Übernahme ist abgelaufen. Übernehmen Sie den Fall neu; Ihr Text ist noch da.',
  stale_revision: 'Der Fall hat sich inzwischen geändert. Sehen Sie das Neue an und entscheiden Sie dann noch einmal.',
  already_decided: 'Darüber ist schon entschieden.',
  first_decider: 'Sie waren an der ersten Entscheidung beteiligt; hier muss jemand anderes entscheiden.',
  window_closed: 'Die zehn Sekunden sind vorbei. Sie können die Entscheidung stattdessen umkehren.',
  placeholder_left: 'In der Begründung ist noch eine Lücke.',
  unknown_policy: 'Diese Richtlinie steht nicht mehr im Verzeichnis.',
  unsupported_action: 'Die Plattform kann diese Maßnahme nicht ausführen.',
  second_person_required: 'Dem muss eine zweite Person zustimmen.',
  fresh_passkey_required: 'Dafür wird Ihr Passkey noch einmal gebraucht.',
  token_used: 'Diese Adresse ist verbraucht oder abgelaufen. Decken Sie noch einmal auf.',
  rate_limited: 'Zu viele Aufrufe auf einmal. Warten Sie einen Augenblick.',
  overloaded: 'Der Server hat gerade zu viel zu tun. Versuchen Sie es gleich noch einmal.',
  storage_full: 'Der Speicher des Servers ist voll. Sagen Sie es der Verwaltung.',
  storage_unavailable: 'Die Datenbank ist nicht erreichbar. Sagen Sie es der Verwaltung.',
  commit_unknown:
    'Ob es geschrieben wurde, weiß noch niemand. Versuchen Sie es noch einmal; doppelt geschieht es nicht.',
  conflict: 'Es ist inzwischen etwas anderes. Sehen Sie noch einmal nach.',
  invalid: 'Etwas in diesem Formular stimmt nicht.',
  unreadable: 'Die Antwort ist unlesbar. Konsole und Server sind vielleicht verschiedene Versionen.',
}
