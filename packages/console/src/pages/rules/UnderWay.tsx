import { type AnswerOf, cancelJob, type getBacktest } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { jobQuery } from '../../api/queries.ts'
import { useMessages } from '../../messages/index.ts'
import { Bar } from '../../ui/Bar.tsx'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Failure.tsx'
import { useAct } from '../settings/useAct.ts'
import { useMay } from '../settings/useMay.ts'

/** What of an archive is handed in, and how long it waits. */
export function Collecting({ upload }: Pick<AnswerOf<typeof getBacktest>, 'upload'>) {
  const t = useMessages()
  return upload === null ? null : (
    <p>{t.rulebook.backtest.collecting(t.count(upload.taken), t.dateTime(upload.until))}</p>
  )
}

/** How far a long piece of work over the past is, and a way to stop it. */
export function UnderWay({ id }: { id: string }) {
  const t = useMessages()
  const { backtest } = t.rulebook
  const write = useMay('rules.write')
  const { data } = useQuery(jobQuery(id))
  const stop = useAct(
    cancelJob,
    ['backtest', 'backtests', 'retro', 'retros', 'backfill', 'backfills'],
    backtest.stopped,
  )
  const progress = data?.progress
  return (
    <div className="grid grid-cols-1 gap-2">
      {progress !== undefined && progress.total > 0 && (
        <>
          <Bar look="plain" share={progress.done / progress.total} />
          <p className="text-fine text-muted">
            {backtest.progress(
              t.count(progress.done),
              t.count(progress.total),
              t.count(Math.round(progress.perSecond)),
            )}
            {progress.etaS !== null && ` · ${backtest.left(t.length(progress.etaS * 1_000))}`}
          </p>
        </>
      )}
      {write && (
        <div>
          <Button disabled={stop.isPending} onClick={() => stop.mutate({ params: { id } })}>
            {backtest.stop}
          </Button>
        </div>
      )}
      {stop.error !== null && <Failure error={stop.error} />}
    </div>
  )
}
