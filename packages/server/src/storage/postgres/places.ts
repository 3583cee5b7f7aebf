import { StorageError } from '../errors.ts'

export interface PlacesOptions {
  /** Connections of this process. */
  readonly places: number
  /** How long anybody waits for a free one. */
  readonly waitMs: number
  /** How many may wait at once. */
  readonly most: number
}

interface Waiting {
  readonly let: () => void
}

/**
 * Who may use a connection next (platform.md §10). Bulk works leave a quarter of the connections to what a person or the gate waits for,
 * and whoever waits too long is told so instead of waiting on: a report must get through while events pile up.
 */
export class Places {
  readonly #options: PlacesOptions
  readonly #forBulk: number
  readonly #urgent: Waiting[] = []
  readonly #bulk: Waiting[] = []
  #taken = 0
  #bulkTaken = 0

  constructor(options: PlacesOptions) {
    this.#options = options
    this.#forBulk = Math.max(1, options.places - Math.ceil(options.places / 4))
  }

  get waiting(): number {
    return this.#urgent.length + this.#bulk.length
  }

  /**
   * @returns what gives the place back; call it once
   * @throws StorageError `busy` when too many wait, or none became free in time
   */
  async enter(urgent: boolean): Promise<() => void> {
    if (this.#isFree(urgent)) return this.#take(urgent)
    if (this.waiting >= this.#options.most) {
      throw new StorageError('busy', 'too much is waiting for the database; try again in a second')
    }
    const queue = urgent ? this.#urgent : this.#bulk
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        let: () => {
          clearTimeout(late)
          resolve(this.#take(urgent))
        },
      }
      const late = setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1)
        reject(new StorageError('busy', 'no connection became free in time; try again'))
      }, this.#options.waitMs)
      queue.push(waiting)
    })
  }

  #isFree(urgent: boolean): boolean {
    return this.#taken < this.#options.places && (urgent || this.#bulkTaken < this.#forBulk)
  }

  #take(urgent: boolean): () => void {
    this.#taken += 1
    if (!urgent) this.#bulkTaken += 1
    return () => {
      this.#taken -= 1
      if (!urgent) this.#bulkTaken -= 1
      this.#next()
    }
  }

  #next(): void {
    if (this.#isFree(true) && this.#urgent.length > 0) this.#urgent.shift()?.let()
    else if (this.#isFree(false)) this.#bulk.shift()?.let()
  }
}
