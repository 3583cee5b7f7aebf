import type { CaseJson } from '@lamplighter/api'
import { useMessages } from '../messages/index.ts'

/** To whom the rules ask to refer the case, and that nobody was told. It stays when the case is decided. */
export function ReferralNote({ referrals }: { referrals: CaseJson['referrals'] }) {
  const t = useMessages()
  if (referrals.length === 0) return null
  return (
    <section aria-label={t.card.referralTitle} className="shrink-0 border-b border-line bg-glow px-3 py-2">
      {referrals.map(({ authority, name }) => (
        <p className="font-semibold" key={authority}>
          {t.card.referral(t.said(name))}
        </p>
      ))}
      <p>{t.card.notReferred}</p>
    </section>
  )
}
