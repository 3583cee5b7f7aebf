import type { AnswerOf, getRetro } from '@lamplighter/api'
import { Link } from '@tanstack/react-router'
import { caseName } from '../../case/case-number.ts'
import { useMessages } from '../../messages/index.ts'
import { Chip } from '../../ui/Chip.tsx'
import { Table } from '../../ui/Table.tsx'
import { textLink } from './Frame.tsx'

type Found = AnswerOf<typeof getRetro>

/** What came of applying a version to the past: numbers, and the cases, which only those see whose lanes they are in. */
export function RetroResult({ result, cases }: Pick<Found, 'result' | 'cases'>) {
  const t = useMessages()
  const { retro } = t.rulebook
  return (
    <>
      {result !== null && <Numbers result={result} />}
      {cases.length > 0 && (
        <>
          <h2 className="text-title font-semibold">{retro.cases}</h2>
          <ul aria-label={retro.cases} className="grid grid-cols-1 gap-1">
            {cases.map((one) => (
              <li className="flex flex-wrap items-center gap-2" key={one.case}>
                <Link className={textLink} params={{ case: caseName(one.case) }} to="/review/$case">
                  {caseName(one.case)}
                </Link>
                <span className="text-muted">{retro.caseOf(one.rules.join(', '), t.count(one.events))}</span>
                {one.joined && <Chip>{retro.joined}</Chip>}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function Numbers({ result }: { result: NonNullable<Found['result']> }) {
  const t = useMessages()
  const { retro, report, backtest } = t.rulebook
  const { archive, since, whole, measured, opened, joined, known, leftOut, unnamed, rules } = result
  return (
    <>
      {!whole && <p className="font-semibold">{retro.broken}</p>}
      <p>
        {retro.sum(t.count(measured), t.count(opened), t.count(joined))}{' '}
        {since !== null && (archive === undefined ? retro.reaches(t.dateTime(since)) : retro.begins(t.dateTime(since)))}
        {since === null && archive === undefined && retro.nothing}
      </p>
      {known > 0 && <p>{retro.known(t.count(known))}</p>}
      {leftOut > 0 && <p>{retro.leftOut(t.count(leftOut))}</p>}
      {archive !== undefined && archive.late > 0 && <p>{backtest.late(t.count(archive.late))}</p>}
      {archive !== undefined && archive.repeated > 0 && <p>{backtest.repeated(t.count(archive.repeated))}</p>}
      {unnamed > 0 && <p>{retro.unnamed(t.count(unnamed))}</p>}
      <Table
        columns={[
          {
            title: report.rule,
            cell: ({ rule, version }) => (
              <span className="font-mono">
                {rule} v{version}
              </span>
            ),
          },
          { title: retro.fired, end: true, cell: ({ fired }) => t.count(fired) },
          { title: retro.undecided, end: true, cell: ({ undecided }) => t.count(undecided) },
        ]}
        empty={retro.noneFound}
        keyOf={({ rule }) => rule}
        label={retro.table}
        rows={rules}
      />
    </>
  )
}
