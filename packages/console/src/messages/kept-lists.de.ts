import type { Kept } from './kept.ts'
import type { keptLists as english } from './kept-lists.en.ts'

/** Arten von Aufzeichnungen: von Listen, ihren Einträgen, dem Austausch und den Lernern. */
export const keptLists: Pick<Kept, keyof typeof english> = {
  lists: {
    what: 'Listen, mit denen verglichen wird',
    why: 'Damit Bekanntes gefunden wird.',
    how: 'bis jemand die Liste entfernt',
  },
  list_versions: {
    what: 'Welche Fassung einer Liste wann galt',
    why: 'Damit sich ein Treffer erklären lässt.',
    longer: 'solange sie gilt oder wartet',
  },
  list_sums: {
    what: 'Summen, nach denen Fassungen von Listen benannt sind',
    why: 'Damit ein Eintrag kommen und gehen kann, ohne dass die anderen gelesen werden.',
    how: 'so lange wie die Fassung',
  },
  list_imports: {
    what: 'Dateien von Listen, die eingelesen wurden, und was daraus wurde',
    why: 'Damit ein unterbrochenes Einlesen weitergeht.',
  },
  list_entries: {
    what: 'Einträge von Listen',
    why: 'Damit Bekanntes gefunden wird.',
    how: 'solange gelistet; ein herausgenommener Wert geht binnen eines Tages, oder eher, wo die Bedingungen es sagen',
  },
  entry_standing: {
    what: 'Welche Einträge zählen, und bis wann',
    why: 'Damit ein beiseitegelegter Eintrag nichts findet.',
    how: 'so lange wie der Eintrag',
  },
  entry_opinions: {
    what: 'Was Menschen und Quellen von einem Eintrag halten',
    why: 'Damit ein strittiger Eintrag als solcher zu sehen ist.',
    how: 'so lange wie der Eintrag',
  },
  staged_opinions: {
    what: 'Was Quellen von Einträgen sagen, bis die Fassung der Liste gilt, die es brachte',
    why: 'Damit ein Abruf, der abbricht, nichts ändert.',
    how: 'bis diese Fassung gilt oder verworfen ist',
  },
  canaries: {
    what: 'Hashes harmloser Bilder der Plattform selbst, versiegelt',
    why: 'Damit keine Liste ein Logo oder ein Standardbild trifft.',
  },
  entry_acts: {
    what: 'Was Menschen mit einzelnen Einträgen getan haben',
    why: 'Damit zwei Menschen dafür einstehen.',
  },
  entry_uploaders: {
    what: 'Bei wie vielen Menschen ein Eintrag gefunden wurde, unter verschlüsselten Namen',
    why: 'Damit jemand nach einem Eintrag sieht, der alles findet.',
  },
  hot_entries: { what: 'Einträge, die gerade viel treffen', why: 'Damit jemand zuerst nach einem davon sieht.' },
  exceptions: { what: 'Ausnahmen von Listen', why: 'Damit ein bekannter Fehler nicht wieder geschieht.' },
  list_hits: { what: 'Treffer von Listen', why: 'Damit man weiß, welche Liste oft irrt.' },
  term_files: {
    what: 'Signierte Dateien mit Begriffen, die eingelesen wurden',
    why: 'Damit nie eine ältere Datei an die Stelle einer neueren tritt.',
    longer: 'solange sie die neueste ihrer Liste ist',
  },
  exchanges: {
    what: 'Austausch von Hashes, mit versiegelten Zugangsdaten',
    why: 'Damit Listen auf dem Stand bleiben.',
    how: 'bis die Verwaltung ihn für immer abschaltet',
  },
  pulls: { what: 'Was wann von einem Austausch geholt wurde', why: 'Damit sich eine Lücke erklären lässt.' },
  pull_rows: {
    what: 'Was gerade geholt wird, versiegelt',
    why: 'Damit ein unterbrochener Abruf dort weitergeht, wo er stand.',
    how: 'bis die Listen es übernommen haben',
  },
  pull_bad: {
    what: 'Zeilen eines Austauschs, die nicht zu lesen waren, versiegelt',
    why: 'Damit jemand danach sehen kann.',
  },
  exchange_pushes: {
    what: 'Was einem Austausch über einen Treffer gesagt wurde',
    why: 'Damit er es einmal hört, und eine umgekehrte Entscheidung zurückgenommen wird.',
  },
  sealed_lookups: {
    what: 'Wie oft ein Schlüssel versiegelte Listen gefragt hat',
    why: 'Damit niemand eine versiegelte Liste durch Fragen ausliest.',
  },
  source_coverage: {
    what: 'Wie viel von dem, was eine Quelle gibt, sich hier vergleichen lässt',
    why: 'Damit niemand an eine Prüfung glaubt, die nicht sein kann.',
    how: 'solange die Quelle bekannt ist',
  },
  shared_hints: {
    what: 'Wie oft sich etwas geändert hat, das jeder Prozess wissen muss',
    why: 'Damit eine Entfernung überall zugleich gilt.',
    how: 'immer; nur Zahlen',
  },
  hma_banks: {
    what: 'Welche Listen Programmen für HMA gezeigt wurden',
    why: 'Damit die Nummern stimmen, die sie kennen.',
    how: 'immer',
  },
  models: {
    what: 'Lerner, die Texte bewerten, und abgelöste',
    why: 'Damit sich eine Reihenfolge ergibt und eine Bewertung erklärbar bleibt.',
  },
}
