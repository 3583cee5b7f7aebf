import { useState } from 'react'
import { useMessages } from '../messages/index.ts'
import { Button } from './Button.tsx'

/** A secret that is shown once: to read, to copy, to close. It is nowhere else. */
export function Once({ title, value, onClose }: { title: string; value: string; onClose: () => void }) {
  const t = useMessages()
  const [copied, setCopied] = useState(false)
  return (
    <section aria-label={title} className="grid gap-2 rounded-xl border border-accent bg-glow p-4">
      <h2 className="font-semibold">{title}</h2>
      <code className="rounded-md border border-edge bg-surface px-3 py-2 font-mono break-all select-all">{value}</code>
      <div className="flex gap-2">
        <Button
          onClick={() =>
            void navigator.clipboard.writeText(value).then(
              () => setCopied(true),
              () => setCopied(false),
            )
          }
        >
          {copied ? t.copied : t.copy}
        </Button>
        <Button onClick={onClose}>{t.settings.noted}</Button>
      </div>
    </section>
  )
}
