import { Link } from '@tanstack/react-router'
import { useMessages } from '../messages/index.ts'

export function NotFound() {
  const t = useMessages()
  return (
    <div className="grid justify-items-start gap-3 p-6">
      <h1 className="text-page font-semibold">{t.notFound.title}</h1>
      <Link className="min-h-6 text-accent underline" to="/review">
        {t.notFound.back}
      </Link>
    </div>
  )
}
