/** Holds the place of what is being fetched. Shows after 150 ms (see the style sheet). */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden="true" className={`skeleton ${className}`} />
}
