/** A share from 0 to 1, drawn. The words beside it say the same; colour adds nothing. */
export function Bar({ share, look }: { share: number; look: 'plain' | 'late' | 'alarm' }) {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 100)
  const fill = look === 'alarm' ? 'fill-alarm' : look === 'late' ? 'fill-lamp' : 'fill-edge'
  return (
    <svg
      aria-hidden="true"
      className="bar block h-1.5 w-full rounded-full"
      preserveAspectRatio="none"
      viewBox="0 0 100 6"
    >
      <rect className="fill-line" height="6" width="100" />
      <rect className={fill} height="6" width={width} />
    </svg>
  )
}
