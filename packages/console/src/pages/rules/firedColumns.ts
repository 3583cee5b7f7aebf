import type { AnswerOf, getShadowReport } from '@lamplighter/api'
import type { Messages } from '../../messages/index.ts'
import type { Column } from '../../ui/Table.tsx'

/** What both reports count of a rule. */
export type FiredRow = Omit<AnswerOf<typeof getShadowReport>['rules'][number], 'asked'>

/** The numbers that a shadow report and a backtest have in common, in one order. */
export function firedColumns(t: Messages): Column<FiredRow>[] {
  const { report } = t.rulebook
  const number = (title: string, of: (row: FiredRow) => number) => ({
    title,
    end: true,
    cell: (row: FiredRow) => t.count(of(row)),
  })
  return [
    number(report.fired, ({ fired }) => fired.new),
    number(report.live, ({ fired }) => fired.live),
    number(report.both, ({ fired }) => fired.both),
    number(report.onlyNew, ({ fired }) => fired.onlyNew),
    number(report.onlyLive, ({ fired }) => fired.onlyLive),
    number(report.undecided, ({ undecided }) => undecided),
    number(report.people, ({ people }) => people),
    number(report.perHour, ({ perHourP99 }) => perHourP99),
  ]
}
