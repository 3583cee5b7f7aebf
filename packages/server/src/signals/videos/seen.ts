import type { BoundReading } from '../book.ts'

/** What is known of the pictures of one file, for lists of videos. */
export interface SeenVideo {
  /** In the order in which they are shown. A file with one picture is a video of one frame. */
  readonly readings: readonly BoundReading[]
  /** SHA-256 of the file; undefined where it is not known. */
  readonly file: string | undefined
  /** Whether it moves: of a still picture in which is nothing to compare nobody has to wonder which video it is. */
  readonly moves: boolean
}

/** The files of one event by the hashes that rules ask about, and what was found of each. */
export class SeenVideos<Answer> {
  readonly #byHash: ReadonlyMap<string, readonly SeenVideo[]>
  readonly #answers = new Map<object, Map<SeenVideo, Answer>>()
  readonly files: readonly SeenVideo[]

  /** @param files in the order of the event */
  constructor(files: readonly SeenVideo[] = []) {
    this.files = files
    const byHash = new Map<string, Set<SeenVideo>>()
    for (const file of files) {
      for (const { pdq } of file.readings) byHash.set(pdq, (byHash.get(pdq) ?? new Set()).add(file))
    }
    this.#byHash = new Map([...byHash].map(([hash, of]) => [hash, [...of]]))
  }

  /** The files that have a hash. A rule asks hash by hash; the answer is that of the whole file. */
  with(hash: string): readonly SeenVideo[] {
    return this.#byHash.get(hash) ?? []
  }

  /** Asks once for each list and file. */
  once(list: object, video: SeenVideo, ask: () => Answer): Answer {
    const ofList = this.#answers.get(list) ?? new Map<SeenVideo, Answer>()
    this.#answers.set(list, ofList)
    const before = ofList.get(video)
    if (before !== undefined) return before
    const answer = ask()
    ofList.set(video, answer)
    return answer
  }
}
