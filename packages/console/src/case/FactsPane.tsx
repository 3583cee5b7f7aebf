import type { CaseJson, SignalJson } from '@lamplighter/api'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMessages } from '../messages/index.ts'
import { useNow } from '../time.ts'
import { Chip } from '../ui/Chip.tsx'
import { caseName } from './case-number.ts'
import { matchWords } from './match-words.ts'
import { titleIn } from './told.ts'

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section className="grid gap-1.5 border-t border-line px-3.5 py-3">
      <h2 className="text-fine font-semibold text-muted">{title}</h2>
      {children}
    </section>
  )
}

/** The left pane: why this case is here, in facts. */
export function FactsPane({ shown }: { shown: CaseJson }) {
  const t = useMessages()
  const now = useNow(15_000)
  const late = shown.dueAt <= now
  const alarm = late && shown.lane.lifeThreat && shown.state !== 'decided'
  // An appeal and a notice that waits are about the decision of another case: its reports and rules stand there.
  const ofAnother = shown.appeal !== null || shown.kind === 'notice'
  return (
    <>
      <header className="grid gap-1.5 px-3.5 py-3">
        <p className="text-fine text-muted">{t.known.lane[shown.lane.id] ?? shown.lane.name}</p>
        <h1 className="text-title font-semibold">{caseName(shown.number)}</h1>
        <p>{titleIn(t, shown)}</p>
        <p className="flex flex-wrap gap-1">
          <Chip look={alarm ? 'alarm' : late ? 'strong' : 'plain'}>
            {late ? t.overdueBy(now - shown.dueAt) : t.dueIn(shown.dueAt - now)}
          </Chip>
          <Chip>{t.band(shown.lane.band)}</Chip>
        </p>
      </header>
      {!ofAnother && <Reports reports={shown.reports} />}
      <Part title={t.facts.signals}>
        {shown.signals.length === 0 && <p className="text-muted">{t.facts.noSignals}</p>}
        <ul className="grid gap-1.5">
          {shown.signals.map((signal) => (
            <li key={`${signal.name} ${signal.list?.name ?? ''}`}>
              <Signal signal={signal} />
            </li>
          ))}
        </ul>
      </Part>
      <Part title={t.facts.fired}>
        {shown.fired.length === 0 && (
          <p className="text-muted">
            {shown.appeal !== null ? t.facts.appealed : ofAnother ? t.facts.waits : t.facts.noneFired}
          </p>
        )}
        {shown.fired.map((fired) => (
          <details key={`${fired.rule} ${fired.decision}`}>
            <summary className="min-h-6 rounded">
              <span className="font-mono text-fine wrap-anywhere">
                {fired.rule} v{fired.version}
              </span>{' '}
              {fired.outcome === 'unknown' && <Chip look="unknown">{t.facts.ruleUnknown}</Chip>}
              <span className="block ps-4">
                {fired.outcome === 'unknown' ? t.facts.wouldSay(t.said(fired.because)) : t.said(fired.because)}
              </span>
              {fired.lookedBack !== null && <span className="block ps-4">{t.facts.lookedBack(fired.lookedBack)}</span>}
              {fired.warming && <span className="block ps-4 text-muted">{t.facts.warming}</span>}
            </summary>
            <ul className="mt-1 grid gap-1 ps-4">
              {fired.clauses.map((clause) => (
                <li className="text-fine" key={clause.text}>
                  <code className="font-mono wrap-anywhere">{clause.text}</code>
                  <span className="block text-muted wrap-anywhere">
                    {t.facts.clause(clause.outcome)} · {clause.value}
                  </span>
                </li>
              ))}
            </ul>
          </details>
        ))}
      </Part>
      <Part title={t.facts.next}>
        {shown.next.length === 0 && <p className="text-muted">{t.facts.noNext}</p>}
        <ol className="grid gap-1.5">
          {shown.next.slice(0, 5).map((row) => (
            <li key={row.number}>
              <Link
                className="flex min-h-6 items-baseline gap-2 rounded hover:bg-glow"
                params={{ case: caseName(row.number) }}
                search={{}}
                to="/review/$case"
              >
                <span className="font-mono text-fine text-muted">{caseName(row.number)}</span>
                <span className="min-w-0 flex-1">{titleIn(t, row)}</span>
                {row.hot && <Chip look="strong">{t.home.hotCase}</Chip>}
              </Link>
            </li>
          ))}
        </ol>
      </Part>
    </>
  )
}

/** Who reported it, why, and how often each of them was right before. */
function Reports({ reports }: { reports: CaseJson['reports'] }) {
  const t = useMessages()
  return (
    <Part title={t.facts.reports(reports.count)}>
      {reports.count === 0 && <p className="text-muted">{t.facts.noReports}</p>}
      <ul className="grid gap-1 empty:hidden">
        {reports.reasons.map(({ harm, count }) => (
          <li className="flex justify-between gap-2" key={harm}>
            <span>{t.named('harm', harm)}</span>
            <span className="text-muted">{count}</span>
          </li>
        ))}
      </ul>
      <ul className="grid gap-0.5 text-fine text-muted empty:hidden">
        {reports.reporters.map(({ ref, upheld, decided }) => (
          <li key={ref}>{t.facts.reporter(t.said(ref), upheld, decided)}</li>
        ))}
      </ul>
      {reports.texts
        .filter(({ text }) => text.trim() !== '')
        .map(({ reporter, at, text }) => (
          <blockquote className="border-s-2 border-line ps-2" key={`${reporter} ${at}`}>
            <bdi className="whitespace-pre-wrap" dir="auto">
              {text}
            </bdi>
            <footer className="text-fine text-muted">
              {t.said(reporter)} · {t.dateTime(at)}
            </footer>
          </blockquote>
        ))}
    </Part>
  )
}

/** A signal is never blank and never "fine": it hit, it was searched without a hit, it has a value, or it is unknown and says why. */
function Signal({ signal }: { signal: SignalJson }) {
  const t = useMessages()
  const { list, match } = signal
  return (
    <div className="grid gap-0.5">
      <p className="flex flex-wrap items-center justify-between gap-1">
        <span className="wrap-anywhere">{t.named('part', signal.name)}</span>
        {signal.state === 'unknown' ? (
          <Chip look="unknown">{t.signals.state.unknown}</Chip>
        ) : (
          <Chip look={signal.state === 'hit' ? 'strong' : 'plain'}>
            {list !== null ? t.signals.state[signal.state] : (signal.value ?? t.signals.state[signal.state])}
          </Chip>
        )}
      </p>
      {(signal.why !== null || list !== null) && (
        <p className="text-fine text-muted">
          {[
            signal.why && t.named('why', signal.why),
            ...(match === undefined ? [] : matchWords(t, match)),
            ...(signal.blind ?? []).map((why) => t.match.blind[why]),
            list && t.signals.list(list.name, list.version),
            list?.sealed && t.signals.sealed,
            list?.context && t.signals.context,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {signal.hot && <p className="rounded-md border border-accent bg-glow px-2 py-1 text-fine">{t.signals.hot}</p>}
    </div>
  )
}
