import type { ReactNode } from 'react'
import { preferences } from '../preferences.ts'
import { useStore } from '../store.ts'

/** The key of a control. Hidden from assistive technology, which has `aria-keyshortcuts`; gone where single keys are off. */
export function Kbd({ children }: { children: ReactNode }) {
  const { keys } = useStore(preferences)
  if (!keys) return null
  return (
    <span
      aria-hidden="true"
      className="inline-flex min-w-4.5 items-center justify-center rounded-sm border border-current px-1 font-mono text-[0.6875rem] leading-4"
    >
      {children}
    </span>
  )
}
