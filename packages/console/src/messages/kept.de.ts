import type { Kept } from './kept.ts'

export const kept: Kept = {
  retention_guard: {
    what: 'Zeichen eines laufenden Aufräumens',
    why: 'Damit nur das Aufräumen Aufzeichnungen entfernt.',
    how: 'solange es läuft',
  },
  once_results: { what: 'Antworten auf Befehle', why: 'Damit ein Befehl, der zweimal kommt, einmal wirkt.' },
  leases: {
    what: 'Wer gerade welche Arbeit tut',
    why: 'Damit nie zwei Prozesse dasselbe tun.',
    how: 'so lange wie die Installation',
  },
  jobs: {
    what: 'Arbeit für später',
    why: 'Damit nichts vergessen wird, was folgen muss.',
    longer: 'solange sie wartet oder aufgegeben ist und auf einen Menschen wartet',
  },
  job_orders: {
    what: 'Reihenfolge dieser Arbeit',
    why: 'Damit Zusammengehöriges nacheinander geschieht.',
    how: 'so lange wie diese Arbeit',
  },
  stream_heads: {
    what: 'Nummer des letzten Ereignisses',
    why: 'Damit Ereignisse ihre Reihenfolge behalten.',
    how: 'so lange wie die Installation',
  },
  stream_offsets: {
    what: 'Wie weit Ereignisse beurteilt sind',
    why: 'Damit keines ausgelassen wird.',
    how: 'so lange wie die Installation',
  },
  stream_chunks: {
    what: 'Ereignisse, die auf ihre Beurteilung warten',
    why: 'Damit vorher keines verloren geht.',
    how: 'bis sie beurteilt sind; sie sind versiegelt, und ihr Schlüssel wird danach vernichtet',
  },
  schedules: {
    what: 'Zeitplan regelmäßiger Arbeit',
    why: 'Damit aufgeräumt und geprüft wird.',
    how: 'so lange wie die Installation',
  },
  schedule_runs: { what: 'Läufe regelmäßiger Arbeit', why: 'Damit jemand sehen kann, was lief.' },
  audit: { what: 'Was Personal und Betreiber getan haben', why: 'Damit sich jede Handlung nachsehen lässt.' },
  staff: {
    what: 'Personal und seine Nummern',
    why: 'Damit Nummern in Aufzeichnungen erklärt bleiben.',
    how: 'so lange wie die Installation',
  },
  sign_in_links: { what: 'Links zur Anmeldung', why: 'Damit jeder nur einmal wirkt.' },
  sessions: {
    what: 'Sitzungen des Personals',
    why: 'Damit man angemeldet bleibt und eine gestohlene Sitzung gefunden werden kann.',
  },
  api_keys: { what: 'API-Schlüssel ohne ihr Geheimnis', why: 'Damit bekannt bleibt, welcher Schlüssel was durfte.' },
  ignored_fields: {
    what: 'Namen von Feldern, die ein Schlüssel vergeblich sandte',
    why: 'Damit ein falsch geschriebenes Feld auffällt.',
  },
  settings: { what: 'Frühere Werte von Einstellungen', why: 'Damit bekannt bleibt, wer was warum geändert hat.' },
  ledger_records: {
    what: 'Plätze von Handlungen im Protokoll',
    why: 'Damit alle prüfen können, dass nichts geändert wurde.',
    how: 'immer; was eine Handlung besagt, wird vernichtet, wenn seine eigene Zeit um ist',
  },
  ledger_batches: {
    what: 'Abschnitte des Protokolls',
    why: 'Damit sich das Protokoll nachrechnen lässt.',
    how: 'immer; nur Zahlen und Zeiten',
  },
  ledger_heads: { what: 'Stand der Protokolle', why: 'Damit sie immer nur wachsen.', how: 'immer' },
  ledger_checkpoints: {
    what: 'Unterschriebene Stände des Protokolls',
    why: 'Damit sich alte Belege weiter prüfen lassen.',
    how: 'immer',
  },
  ledger_keys: {
    what: 'Öffentliche Schlüssel des Protokolls',
    why: 'Damit sich alte Belege weiter prüfen lassen.',
    how: 'immer',
  },
  ledger_person_keys: {
    what: 'Wann der Schlüssel einer Person im Protokoll vernichtet wurde',
    why: 'Damit sich eine Löschung zeigen lässt.',
    how: 'immer; ohne Namen',
  },
  ledger_open_entries: {
    what: 'Veröffentlichte Einträge des Protokolls',
    why: 'Damit alle sie lesen können.',
    how: 'immer; sie sind öffentlich',
  },
  ledger_erasures: {
    what: 'Löschungen aus dem Protokoll',
    why: 'Damit sich Vernichtetes von Zurückgehaltenem unterscheiden lässt.',
    how: 'immer',
  },
  erasure_runs: {
    what: 'Dass jemand gelöscht wurde, und warum',
    why: 'Damit eine alte Kopie der Daten ihn wieder löscht.',
    how: 'immer; ohne Namen, sobald es getan ist',
  },
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
    how: 'so lange sie zählen; danach nur ihre Namen',
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
  rulesets: {
    what: 'Regelwerke',
    why: 'Damit sich beantworten lässt, was eine Regel an einem Tag besagte.',
    how: 'immer',
  },
  ruleset_versions: {
    what: 'Fassungen von Regelwerken',
    why: 'Damit sich beantworten lässt, was vorgeschlagen, gebilligt und ausgeführt wurde.',
    how: 'immer',
  },
  ruleset_approvals: {
    what: 'Wer einer Fassung der Regeln zugestimmt hat',
    why: 'Damit jemand für das einsteht, was läuft.',
    how: 'immer',
  },
  ruleset_openings: {
    what: 'Wer den Bericht einer Fassung geöffnet hat',
    why: 'Damit niemand billigt, was er nicht gesehen hat.',
  },
  ruleset_history: {
    what: 'Schritte von Fassungen der Regeln',
    why: 'Damit jeder Schritt erklärt bleibt.',
    how: 'immer',
  },
  rule_pauses: { what: 'Pausen von Regeln', why: 'Damit bekannt bleibt, wer was warum angehalten hat.' },
  rule_hours: {
    what: 'Wie oft eine Regel in einer Stunde griff',
    why: 'Damit eine Regel auffällt, die viel zu oft greift.',
  },
  rule_breakers: {
    what: 'Welche Regel angehalten wurde, weil sie zu oft griff',
    why: 'Damit ein Mensch sie weiterlaufen lässt.',
    how: 'immer',
  },
  rule_hits: {
    what: 'Welche Regeln bei einem Ereignis auslösten',
    why: 'Damit sich zeigt, wie oft eine Regel recht hat und was andere Regeln auch finden.',
  },
  switches: {
    what: 'Schalter, wie sie stehen und standen',
    why: 'Damit bekannt bleibt, was an einem Tag erlaubt war.',
    how: 'immer',
  },
  switch_changes: {
    what: 'Anträge zu Schaltern',
    why: 'Damit bekannt bleibt, wer fragte und was daraus wurde.',
  },
  rule_alerts: { what: 'Warnungen zu Regeln', why: 'Damit die Leitung sie sieht.' },
  replay_chunks: {
    what: 'Tatsachen zu vergangenen Ereignissen, ohne Inhalt',
    why: 'Damit sich eine Fassung der Regeln zu Vergangenem befragen lässt.',
  },
  backtests: { what: 'Rückblicke', why: 'Damit bekannt bleibt, worauf sich eine Zustimmung stützte.' },
  backtest_parts: {
    what: 'Fertige Teile eines Rückblicks',
    why: 'Damit ein angehaltener Rückblick weitergeht.',
    how: 'so lange wie der Rückblick',
  },
  backtest_differences: {
    what: 'Ereignisse, zu denen zwei Fassungen Verschiedenes sagen',
    why: 'Damit sichtbar ist, was eine Fassung ändern würde.',
    how: 'so lange wie der Rückblick',
  },
  backfills: {
    what: 'Wann Zähler einer Fassung aus dem Protokoll gefüllt wurden',
    why: 'Damit bekannt bleibt, warum ein Zähler warm ist.',
  },
  uploads: {
    what: 'Archive, die auf einen Lauf über Vergangenes warten',
    why: 'Damit sich ein Archiv stückweise übergeben lässt.',
  },
  upload_chunks: {
    what: 'Stücke eines solchen Archivs',
    why: 'Damit eine abgebrochene Übergabe weitergeht.',
    how: 'so lange wie das Archiv',
  },
  retros: {
    what: 'Wann eine Fassung auf Vergangenes angewendet wurde',
    why: 'Damit bekannt bleibt, wer es wollte, wer zustimmte und was daraus wurde.',
  },
  lookback_items: {
    what: 'Hashes öffentlicher Medien, die nichts gemeldet hat, versiegelt; nur solange der Rückblick an ist, und für die gewählten Stunden',
    why: 'Damit eine Liste auch findet, was schon da war, bevor sie es kannte.',
  },
  lookback_lists: {
    what: 'Mit welcher Fassung einer Liste zurückgeblickt wurde',
    why: 'Damit jede Fassung einmal nachgeschlagen wird.',
    how: 'solange der Rückblick an ist; nur Zahlen',
  },
  retro_findings: {
    what: 'Ereignisse, aus denen eine Nachsuche einen Fall machte',
    why: 'Damit aus einem Ereignis nicht zwei Fälle werden.',
    how: 'so lange wie die Nachsuche',
  },
  verdicts: {
    what: 'Ergebnisse von Regeln und worauf sie beruhen',
    why: 'Damit sich eine Maßnahme erklären und anfechten lässt.',
  },
  seen: {
    what: 'Welche Ereignisse beurteilt wurden, ohne Inhalt',
    why: 'Damit ein Ereignis, das zweimal kommt, einmal zählt.',
  },
  counters: {
    what: 'Was Regeln zählen, ohne irgendjemanden darin',
    why: 'Damit Regeln zählen können.',
    how: 'bis keine Regel es mehr zählt',
  },
  counter_journal: {
    what: 'Die letzten Zählschritte, unter wechselnden Namen',
    why: 'Damit nichts verloren geht, was Regeln gezählt haben, auch nicht bei einem Absturz.',
    how: 'bis sie in den Zählungen stehen, nach einigen tausend Schritten',
  },
  counter_rows: {
    what: 'Zählungen, unter wechselnden Namen',
    why: 'Damit Regeln über die Zeit zählen können.',
    how: 'für die Zeit, die eine Regel zurückblickt, und zehn Minuten',
  },
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
