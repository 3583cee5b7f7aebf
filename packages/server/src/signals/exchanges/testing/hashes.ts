/** Made-up hashes whose bits are as mixed as those of pictures; equal numbers give equal hashes. */
export const madePdq = (n: number): string =>
  (0x9e3779b97f4a7c15n * BigInt(n + 1)).toString(16).padStart(16, '0').slice(-16).repeat(4)
export const madeSha256 = (n: number): string => madePdq(n + 2_000)
export const madeSha1 = (n: number): string => madePdq(n + 3_000).slice(0, 40)
export const madeMd5 = (n: number): string => madePdq(n + 1_000).slice(0, 32)
