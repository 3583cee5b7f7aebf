import { useMessages } from '../messages/index.ts'
import { Icon } from '../ui/Icon.tsx'

/** Signed out, on the spot: the page beneath and what was typed stay in memory. Goes away by itself after signing in. */
export function SignedOut({ hadWork }: { hadWork: boolean }) {
  const t = useMessages()
  return (
    <section
      aria-labelledby="signed-out"
      className="fixed inset-0 z-40 grid place-items-center overflow-auto bg-ground p-6"
    >
      <div className="grid w-full max-w-lg gap-4 rounded-2xl border border-line bg-surface p-8">
        <span className="text-accent">
          <Icon name="lamp" size={36} />
        </span>
        <h1 className="text-page font-semibold" id="signed-out">
          {t.signedOut.title}
        </h1>
        <p>{t.signedOut.how}</p>
        <dl className="grid gap-3">
          {t.signedOut.ways.map(({ who, command }) => (
            <div className="grid gap-1" key={command}>
              <dt className="text-muted">{who}</dt>
              <dd>
                <code className="block rounded-md border border-line bg-sunken px-3 py-2 font-mono select-all">
                  {command}
                </code>
              </dd>
            </div>
          ))}
        </dl>
        <p className="text-muted">{hadWork ? t.signedOut.kept : t.signedOut.afterwards}</p>
      </div>
    </section>
  )
}
