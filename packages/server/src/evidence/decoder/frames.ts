/**
 * One message between parent and decoder, either way: u32 length of the head, u32 length of the body (little-endian), the
 * head as JSON, the body as bytes.
 */
export interface Frame {
  readonly head: unknown
  readonly body: Uint8Array
}

export interface FrameLimits {
  readonly headBytes: number
  readonly bodyBytes: number
}

const LENGTHS = 8

/** The other side said more than it may, or something that is no frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/** A frame as the pieces to write, so that a large body is not copied. */
export function framePieces(head: unknown, body: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const json = Buffer.from(JSON.stringify(head))
  const front = Buffer.alloc(LENGTHS + json.length)
  front.writeUInt32LE(json.length, 0)
  front.writeUInt32LE(body.length, 4)
  front.set(json, LENGTHS)
  return [front, body]
}

/**
 * Gathers frames out of a stream. Lengths are checked when they arrive, before anything is kept for them.
 * Controlled by the other side: every byte.
 */
export class FrameReader {
  readonly #limits: FrameLimits
  #pieces: Uint8Array[] = []
  #held = 0

  constructor(limits: FrameLimits) {
    this.#limits = limits
  }

  /** Whether bytes of an unfinished frame are held. */
  get partial(): boolean {
    return this.#held > 0
  }

  /**
   * Takes the next bytes; gives the frame that they complete, if any.
   *
   * @throws FrameError lengths over the limits, a head that is no JSON, or bytes beyond the frame: one answer at a time
   */
  push(piece: Uint8Array): Frame | undefined {
    this.#pieces.push(piece)
    this.#held += piece.length
    if (this.#held < LENGTHS) return undefined
    const front = this.#front()
    const headBytes = front.readUInt32LE(0)
    const bodyBytes = front.readUInt32LE(4)
    if (headBytes > this.#limits.headBytes) throw new FrameError(`a head of ${headBytes} bytes is too long`)
    if (bodyBytes > this.#limits.bodyBytes) throw new FrameError(`a body of ${bodyBytes} bytes is too long`)
    const total = LENGTHS + headBytes + bodyBytes
    if (this.#held > total) throw new FrameError(`expected ${total} bytes, found ${this.#held}`)
    if (this.#held < total) return undefined
    const whole = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#held = 0
    return { head: parse(whole.subarray(LENGTHS, LENGTHS + headBytes)), body: whole.subarray(LENGTHS + headBytes) }
  }

  #front(): Buffer {
    const [first] = this.#pieces
    if (first === undefined || first.length < LENGTHS) this.#pieces = [Buffer.concat(this.#pieces)]
    return Buffer.from((this.#pieces[0] ?? new Uint8Array()).subarray(0, LENGTHS))
  }
}

function parse(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString('utf8'))
  } catch {
    throw new FrameError('the head of a frame is no JSON')
  }
}
