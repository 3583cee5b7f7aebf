import type { CaseFeedbackJson, MatchFeedbackJson } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { feedbackQuery } from '../api/queries.ts'
import { useMessages } from '../messages/index.ts'
import { Failure } from '../ui/Failure.tsx'
import { Mail } from './Mail.tsx'
import { Own } from './Own.tsx'
import { Tell, TellWaiting } from './Tell.tsx'

/** What the sources of the lists that a case's files matched may be told, by a person's act, and what they were told (matching.md §9.4). */
export function Feedback({ number }: { number: number }) {
  const { data, error, refetch } = useQuery(feedbackQuery(number))
  if (error !== null && data === undefined) return <Failure error={error} onAgain={() => void refetch()} />
  if (data === undefined) return null
  // Before there is a decision only some have anything to hear.
  const matches = data.matches.filter((one) => data.decision !== null || (one.hearsOfWaiting && one.way === 'call'))
  const disputed = data.matches.filter((one) => one.disputed)
  return (
    <>
      {disputed.length > 0 && <Disputed matches={disputed} />}
      {matches.length > 0 && <Matches about={data} matches={matches} number={number} />}
      {data.own.length > 0 && <Own isUpheld={data.stands === 'upheld'} own={data.own} />}
    </>
  )
}

/** Not everybody thinks that what was matched belongs on its list: to know before one decides. */
function Disputed({ matches }: { matches: readonly MatchFeedbackJson[] }) {
  const words = useMessages().feedback
  return (
    <section
      aria-label={words.disputed.title}
      className="grid shrink-0 content-start gap-2 border-t border-line p-3 wrap-anywhere"
    >
      <h2 className="font-semibold">{words.disputed.title}</h2>
      <ul className="grid gap-1">
        {matches.map(({ list, source, entry, disputedBy }) => (
          <li key={`${list} ${entry}`}>
            <span className="text-muted">{words.of(list, source)}: </span>
            {disputedBy.length === 0 ? words.disputed.sealed : words.disputed.by(disputedBy.join(', '))}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Matches(props: { about: CaseFeedbackJson; matches: readonly MatchFeedbackJson[]; number: number }) {
  const { about: data, matches, number } = props
  const t = useMessages()
  return (
    <section
      aria-label={t.feedback.title}
      className="grid shrink-0 content-start gap-3 border-t border-line p-3 wrap-anywhere"
    >
      <header className="grid gap-1">
        <h2 className="font-semibold">{t.feedback.title}</h2>
        <p className="text-fine text-muted">
          {data.stands === 'open' ? t.feedback.open : data.stands === 'over' ? t.feedback.over : t.feedback.words}
        </p>
      </header>
      <ul className="grid gap-3">
        {matches.map((match) => (
          <li className="grid gap-1.5 border-t border-line pt-2" key={`${match.list} ${match.entry}`}>
            <p className="text-fine font-semibold text-muted">{t.feedback.of(match.list, match.source)}</p>
            <Match about={data} match={match} number={number} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Match({ about, match, number }: { about: CaseFeedbackJson; match: MatchFeedbackJson; number: number }) {
  const t = useMessages()
  const words = t.feedback
  const { stands } = about
  const lines = [
    match.waiting && `${words.waited}: ${words.states[match.waiting.state]}`,
    match.said && `${words.said}: ${words.states[match.said.state]}`,
    match.said?.state === 'parked' && match.said.why,
    match.unsaid && `${words.recall}: ${words.recalls[match.unsaid.state]}`,
  ].filter((line) => typeof line === 'string')
  return (
    <>
      {match.why !== null && <p className="text-muted">{words.why[match.why]}</p>}
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {match.way === 'call' && stands === 'undecided' && match.waiting === null && (
        <TellWaiting match={match} number={number} />
      )}
      {match.way === 'call' && (stands === 'upheld' || stands === 'rejected') && (
        <Tell about={about} match={match} says={stands} />
      )}
      {match.way === 'mail' && (stands === 'upheld' || stands === 'rejected') && (
        <Mail decidedAt={about.decidedAt ?? 0} match={match} says={stands} />
      )}
    </>
  )
}
