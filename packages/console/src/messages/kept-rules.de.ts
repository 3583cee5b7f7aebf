import type { Kept } from './kept.ts'
import type { keptRules as english } from './kept-rules.en.ts'

/** Arten von Aufzeichnungen: von Regeln, was sie sagten und was sie zählen. */
export const keptRules: Pick<Kept, keyof typeof english> = {
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
}
