/** What is used of sharp, which is in the benchmark's own install: its types are not there when the product's are checked. */
export interface Sharp {
  (bytes: Uint8Array | Uint8ClampedArray, how?: object): SharpPicture
  concurrency(threads: number): void
  cache(on: boolean): void
}

interface SharpPicture {
  raw(): SharpPicture
  jpeg(how: object): SharpPicture
  toBuffer(): Promise<Uint8Array>
}
