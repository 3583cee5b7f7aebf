import type { Kept } from './kept.ts'
import { keptCases } from './kept-cases.de.ts'
import { keptLists } from './kept-lists.de.ts'
import { keptRules } from './kept-rules.de.ts'

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
  ...keptLists,
  ...keptRules,
  ...keptCases,
}
