import { type Binding, bindings, labelOf } from '../keys.ts'
import { useMessages } from '../messages/index.ts'
import { Dialog } from '../ui/Dialog.tsx'

const groups = ['decide', 'case', 'evidence', 'go'] as const

/** The keys, as the listener knows them. The nine digits are one line. */
export function KeyHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useMessages()
  const shown = bindings.filter(({ command, keys }) => command !== 'policy' || keys[0] === '1')
  const write = ({ command, keys }: Binding): string[] => (command === 'policy' ? ['1–9'] : keys.map(labelOf))
  return (
    <Dialog closeLabel={t.close} onClose={onClose} open={open} title={t.keys.title}>
      <p className="mt-1 text-muted">{t.keys.where}</p>
      <div className="mt-3 grid gap-x-8 gap-y-4 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="mb-1 text-fine font-semibold text-muted">{t.keys.group[group]}</h3>
            <dl className="grid grid-cols-[5.5rem_1fr] gap-y-1">
              {shown
                .filter((binding) => binding.group === group)
                .map((binding) => (
                  <div className="contents" key={binding.keys.join(' ')}>
                    <dt className="flex items-start gap-1">
                      {write(binding).map((key) => (
                        <kbd
                          className="inline-flex min-h-5 min-w-5 items-center justify-center rounded border border-edge px-1 font-mono text-fine"
                          key={key}
                        >
                          {key}
                        </kbd>
                      ))}
                    </dt>
                    <dd>{t.keys.command[binding.command]}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
