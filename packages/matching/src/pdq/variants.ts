/** The order in which variants are given (matching.md §6.4). */
export const VARIANTS = [
  'original',
  'turned_90',
  'turned_180',
  'turned_270',
  'mirrored_x',
  'mirrored_y',
  'main_diagonal',
  'other_diagonal',
] as const
