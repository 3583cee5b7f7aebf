import type { toldEn } from './told.en.ts'

/** Titel von Fällen und die Zeilen ihres Verlaufs, aus den Codes des Servers. */
export const toldDe: typeof toldEn = {
  title: {
    rule: (kind, rule, undecided) => `${kind}${undecided ? ', ungeprüft' : ''}: ${rule}`,
    anyRule: 'eine Regel',
    past: (kind, what) => `Rückblick, ${kind}: ${what}`,
    list: (list, version) => `${list} Version ${version}`,
    report: (harm) => (harm === null ? 'Meldung' : `Meldung: ${harm}`),
    appeal: 'Beschwerde gegen eine Entscheidung',
    unjudged: 'Ereignis, das nicht beurteilt werden konnte',
    breaker: (rules) => `Löst viel öfter aus als bisher: ${rules}`,
    early: (ruleset, version) =>
      `Das Regelwerk ${ruleset} ${version} ging vorzeitig in Betrieb: Sehen Sie nach, was es tut`,
    notice: (of) => `Mitteilung senden oder zurückhalten: ${of ?? 'eine frühere Entscheidung'}`,
  },
  by: (by) => (by === 'machine' ? 'System' : by),
  step: {
    opened: (title) => `Eröffnet: ${title}`,
    joined: (title) => `Dazugekommen: ${title}`,
    decided: (choice) => `Entschieden: ${choice}`,
    answered: {
      upheld: 'Beschwerde: Die Entscheidung bleibt',
      partly: 'Beschwerde: teilweise stattgegeben',
      reversed: 'Beschwerde: stattgegeben',
    },
    noticed: {
      sent: 'Die Mitteilung ist gesendet',
      withheld: 'Die Mitteilung wartet noch länger',
      nothing: 'Es war nichts mehr mitzuteilen',
    },
    undone: 'Entscheidung zurückgenommen',
    reversed: 'Entscheidung umgekehrt',
    skipped: (reason) => `Übersprungen: ${reason}`,
    handed: { anyone: 'Weitergegeben an die nächste Person', lead: 'An die Leitung gegeben' },
  },
  effect: {
    keep: 'nichts wird entfernt',
    release: 'Zurückgehaltenes wird zugestellt',
    remove: '1 Beitrag wird entfernt',
    not_delivered: 'der zurückgehaltene Beitrag wird nicht zugestellt',
    tell_person: (person) => `${person ?? 'das Konto'} erfährt, warum`,
    warn: (person) => `${person ?? 'das Konto'} wird verwarnt`,
    suspend: (person) => `${person ?? 'das Konto'} wird gesperrt, bis jemand es aufhebt`,
    limit: (person, hours) =>
      `Nachrichten von ${person ?? 'diesem Konto'} sind ${hours} ${hours === 1 ? 'Stunde' : 'Stunden'} lang eingeschränkt`,
    tell_reporters: (count) =>
      count === 1 ? 'die meldende Person erfährt davon' : `${count} meldende Personen erfahren davon`,
    appealable: (days) => `${days} Tage lang ist Beschwerde möglich`,
  },
  unsupported: {
    platform: 'Die Plattform kann das nach eigener Angabe nicht ausführen.',
    no_item: 'In diesem Fall geht es um ein Konto, nicht um einen Beitrag.',
  },
}
