import type { Kept } from './kept.ts'
import type { keptCases as english } from './kept-cases.en.ts'

/** Arten von Aufzeichnungen: von Dateien, dem, was der Plattform gesagt wurde, und Fällen. */
export const keptCases: Pick<Kept, keyof typeof english> = {
  media: {
    what: 'Übergebene Dateien',
    why: 'Damit sie vor dem Ereignis gemessen sind, das sie nennt.',
    how: 'bis dieses Ereignis beurteilt ist, höchstens 24 Stunden; dann wird ihr Schlüssel vernichtet',
  },
  media_arriving: {
    what: 'Dateien, die gerade übergeben werden',
    why: 'Damit von einer, die abgerissen ist, nichts liegen bleibt.',
    how: 'bis die Datei ganz da ist; höchstens drei Stunden',
  },
  renditions: {
    what: 'Was Prüfende von Dateien zu sehen bekommen',
    why: 'Damit eine Datei nicht für jede Ansicht neu gelesen wird.',
    how: 'einen Tag, und nicht länger als die Datei; versiegelt unter ihrem Schlüssel',
  },
  exhibits: {
    what: 'Als Beweis aufbewahrte Dateien',
    why: 'Damit Menschen entscheiden und es später erklären können.',
    how: 'bis ihre Sicherung endet; dann wird ihr Schlüssel vernichtet',
  },
  reveals: { what: 'Wer welche Datei sehen wollte', why: 'Damit bekannt ist, was Menschen ansehen mussten.' },
  reveal_servings: { what: 'Welches Bild wann ausgeliefert wurde', why: 'Damit bekannt ist, was niemand sah.' },
  connections: {
    what: 'Verbindungen der Plattform',
    why: 'Damit sie erfährt, was zu tun ist.',
    how: 'bis jemand sie entfernt',
  },
  actions: {
    what: 'Von der Plattform verlangte Maßnahmen',
    why: 'Damit sich jede zurücknehmen lässt.',
    longer: 'solange die Plattform nicht geantwortet hat',
  },
  outbox: {
    what: 'Nachrichten an die Plattform',
    why: 'Damit jede ankommt, auch nach einem Fehler.',
    longer: 'solange sie nicht zugestellt sind',
  },
  outbox_orders: {
    what: 'Nummern von Nachrichten je Konto',
    why: 'Damit eine Rücknahme ihre Maßnahme nie überholt.',
    how: 'so lange wie die Installation',
  },
  outbox_attempts: { what: 'Zustellversuche', why: 'Damit jemand sehen kann, warum einer scheiterte.' },
  notices: { what: 'Mitteilungen an Betroffene', why: 'Damit sie lesen können, warum, und Beschwerde einlegen.' },
  withheld_notices: {
    what: 'Mitteilungen, die eine Regel zurückhält',
    why: 'Damit ein Mensch entscheidet, wann mitgeteilt wird.',
  },
  notice_links: { what: 'Links zu Mitteilungen', why: 'Damit sich eine Mitteilung ohne Konto öffnet.' },
  used_form_numbers: {
    what: 'Verbrauchte Nummern von Formularen',
    why: 'Damit ein zweimal gesandtes Formular einmal wirkt.',
  },
  appeals: { what: 'Beschwerden', why: 'Damit jemand anderes neu entscheidet.' },
  cases: { what: 'Fälle', why: 'Damit Menschen entscheiden und es später erklären können.' },
  case_links: {
    what: 'Worum es in einem Fall geht',
    why: 'Damit eine Sache einmal entschieden wird.',
    how: 'so lange wie der Fall',
  },
  case_excludes: {
    what: 'Wer einen Fall nicht übernehmen darf',
    why: 'Damit niemand über die eigene Entscheidung urteilt.',
    how: 'so lange wie der Fall',
  },
  case_history: {
    what: 'Verlauf eines Falls',
    why: 'Damit jeder Schritt erklärt bleibt.',
    how: 'so lange wie der Fall',
  },
  case_notes: {
    what: 'Notizen zu einem Fall',
    why: 'Damit andere wissen, was gefunden wurde.',
    how: 'so lange wie der Fall',
  },
  case_drafts: {
    what: 'Entwürfe von Entscheidungen',
    why: 'Damit mit einer Übernahme nichts Getipptes verloren geht.',
  },
  case_numbers: {
    what: 'Nummer des letzten Falls',
    why: 'Damit keine Nummer zweimal vergeben wird.',
    how: 'so lange wie die Installation',
  },
  evidence: { what: 'Inhalt auffälliger Beiträge', why: 'Damit Menschen sie beurteilen können.' },
  reports: { what: 'Meldungen von Nutzenden', why: 'Damit jede angesehen und beantwortet wird.' },
  staff_decisions: { what: 'Entscheidungen des Personals', why: 'Damit sie sich erklären und anfechten lassen.' },
  decision_endings: {
    what: 'Was aus Entscheidungen wurde',
    why: 'Damit bekannt bleibt, welche rückgängig gemacht oder aufgehoben wurden.',
  },
  strikes: { what: 'Verstöße von Konten', why: 'Damit wiederholte Verstöße schwerer wiegen.' },
}
