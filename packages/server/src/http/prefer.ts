/** What a caller prefers (RFC 7240). Unknown preferences are ignored, as the RFC asks. */
export interface Prefer {
  /** Seconds, 1 to 10. */
  readonly waitS?: number
  readonly strict: boolean
  readonly representation: boolean
}

export function preferOf(header: string | null): Prefer {
  const wishes = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((wish) => wish.replaceAll(/\s/g, ''))
  const wait = wishes.find((wish) => wish.startsWith('wait='))?.slice(5)
  const seconds = wait !== undefined && /^\d{1,3}$/.test(wait) ? Number(wait) : undefined
  return {
    ...(seconds !== undefined && { waitS: Math.min(10, Math.max(1, seconds)) }),
    strict: wishes.includes('handling=strict'),
    representation: wishes.includes('return=representation'),
  }
}
