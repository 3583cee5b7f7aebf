import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

/** A window over the page. For help only: work happens on pages. */
export function Dialog(props: {
  open: boolean
  title: string
  closeLabel: string
  onClose: () => void
  children: ReactNode
}) {
  return (
    <Base.Root onOpenChange={(open) => !open && props.onClose()} open={props.open}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[#0008]" />
        <Base.Popup className="pane fixed inset-x-4 top-[10vh] z-50 mx-auto max-h-[80vh] max-w-2xl rounded-xl border border-edge bg-surface p-5 text-ink shadow-xl outline-none">
          <div className="flex items-center justify-between gap-4">
            <Base.Title className="text-title font-semibold">{props.title}</Base.Title>
            <Base.Close
              aria-label={props.closeLabel}
              className="grid size-7 place-items-center rounded-md text-muted hover:bg-glow hover:text-ink"
            >
              <Icon name="close" />
            </Base.Close>
          </div>
          {props.children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
