import { AppError, jitter } from './errors.ts'

const IN_FLIGHT_BYTES = 64 * 1024 * 1024
let inFlight = 0

/**
 * Reads a whole body of at most `capBytes`.
 *
 * @throws AppError `too_large`, or `overloaded` when all bodies being read come to more than 64 MiB (platform.md §10)
 */
export async function readBytes(request: Request, capBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    const length = Number(declared)
    if (length > capBytes) throw tooLarge(capBytes)
    // Node's parser ends the body at the declared length, so no more can come.
    return holding(length, async () => new Uint8Array(await request.arrayBuffer()))
  }
  return request.body === null ? new Uint8Array() : readStream(request.body, capBytes)
}

async function holding<T>(bytes: number, read: () => Promise<T>): Promise<T> {
  if (inFlight + bytes > IN_FLIGHT_BYTES) {
    throw new AppError('overloaded', 'Too many large bodies at once. Send it again.', { retryAfterS: jitter(1, 5) })
  }
  inFlight += bytes
  try {
    return await read()
  } finally {
    inFlight -= bytes
  }
}

async function readStream(stream: ReadableStream<Uint8Array>, capBytes: number): Promise<Uint8Array> {
  return holding(Math.min(capBytes, 1024 * 1024), async () => {
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of stream) {
      length += chunk.length
      if (length > capBytes) throw tooLarge(capBytes)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  })
}

const tooLarge = (capBytes: number) =>
  new AppError('too_large', `The body is larger than the ${capBytes.toLocaleString('en')} bytes that this call takes.`)
