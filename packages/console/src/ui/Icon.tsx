const paths = {
  review: 'M3 11.5 5.2 4h9.6L17 11.5V16H3zM3 11.5h4l1.2 2h3.6l1.2-2h4',
  rules: 'M5 3h8l3 3v11H5zM8 8h5M8 11h5M8 14h3M13 3v3h3',
  settings: 'M3 6h6m4 0h4M3 14h2m4 0h8M11 4v4M7 12v4',
  lamp: 'M7.5 7h5l-1.1 6.5H8.6zM6.2 7h7.6M8.4 13.5h3.2M10 13.5V18M8 4.4 10 2.8l2 1.6',
  clock: 'M10 5.5V10l3 2M17.2 10a7.2 7.2 0 1 1-14.4 0 7.2 7.2 0 0 1 14.4 0Z',
  check: 'm4 10.5 4 4 8-9',
  close: 'm5 5 10 10M15 5 5 15',
  eye: 'M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10Zm10.4 0a2.4 2.4 0 1 1-4.8 0 2.4 2.4 0 0 1 4.8 0Z',
  hidden:
    'M3 3l14 14M8 4.8A8 8 0 0 1 10 4.5c5 0 8 5.5 8 5.5a13 13 0 0 1-2.3 2.9M5.6 6.4A13 13 0 0 0 2 10s3 5.5 8 5.5a8 8 0 0 0 3.5-.8',
  undo: 'M4 8h8a4.5 4.5 0 0 1 0 9H8M4 8l3.5-3.5M4 8l3.5 3.5',
  skip: 'm4 5 6 5-6 5zM11 5l6 5-6 5z',
  hand: 'M3 10h11m0 0-4-4m4 4-4 4M17 4v12',
  up: 'M10 16V4m0 0L5 9m5-5 5 5',
  note: 'M4 3h9l3 3v11H4zM7 8h6M7 11h6M7 14h3',
  alert: 'M10 3 18 17H2zM10 8v4m0 2.4v.1',
  person: 'M10 10a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6ZM3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5',
  picture: 'M3 4h14v12H3zM3 13.5l4-4 3.5 3.5 2-2 4.5 4M13 7.5v.1',
  link: 'M8.5 11.5a3 3 0 0 0 4.2 0l2.8-2.8a3 3 0 0 0-4.2-4.2l-.8.8M11.5 8.5a3 3 0 0 0-4.2 0l-2.8 2.8a3 3 0 0 0 4.2 4.2l.8-.8',
  down: 'm5 7.5 5 5 5-5',
  next: 'm7.5 5 5 5-5 5',
  plug: 'M7 3v4m6-4v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3',
  refresh: 'M16.5 9A6.7 6.7 0 0 0 4.6 6.2L3 8m0-4.5V8h4.5M3.5 11a6.7 6.7 0 0 0 11.9 2.8L17 12m0 4.5V12h-4.5',
  keyboard: 'M2 5h16v10H2zM5 8h.1M8 8h.1M11 8h.1M14.5 8h.1M6 12h8',
  question:
    'M7.3 7.5a2.7 2.7 0 1 1 4 2.4c-.9.5-1.3 1-1.3 2.1m0 2.5v.1M17.2 10a7.2 7.2 0 1 1-14.4 0 7.2 7.2 0 0 1 14.4 0Z',
} as const

export type IconName = keyof typeof paths

/** One of our own drawings, 20 × 20. Decorative: words stand beside it or in the control's label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      className="shrink-0"
      fill="none"
      height={size}
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth={1.6}
      viewBox="0 0 20 20"
      width={size}
    >
      <path d={paths[name]} />
    </svg>
  )
}
