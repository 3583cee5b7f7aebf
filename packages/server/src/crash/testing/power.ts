import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const IMAGE_BYTES = 256 * 2 ** 20

/**
 * A disk whose power can be cut: an ext4 file system in an image file, on a loop device. What nobody synced stays in memory for five
 * minutes, far longer than a life; a copy of the image is the disk as it would be found after the cut.
 */
export class Disk {
  /** The mounted folder. */
  readonly folder: string
  readonly #image: string
  readonly #room: string
  readonly #generation: number

  private constructor(room: string, generation: number) {
    this.#room = room
    this.#generation = generation
    this.#image = join(room, `disk-${generation}.img`)
    this.folder = join(room, `mounted-${generation}`)
  }

  static make(room: string): Disk {
    const disk = new Disk(room, 0)
    execFileSync('truncate', ['--size', String(IMAGE_BYTES), disk.#image])
    execFileSync('mkfs.ext4', ['-q', '-F', disk.#image])
    disk.#mount()
    return disk
  }

  /** The disk as it is found when the power went at this moment. This one is given up. */
  cutPower(): Disk {
    const after = new Disk(this.#room, this.#generation + 1)
    execFileSync('cp', ['--sparse=always', this.#image, after.#image])
    this.remove()
    after.#mount()
    return after
  }

  remove(): void {
    execFileSync('umount', [this.folder])
    rmSync(this.#image)
  }

  // ext4 syncs files that are replaced or cut short by itself; without that it is as strict as other file systems.
  #mount(): void {
    mkdirSync(this.folder)
    execFileSync('mount', ['-o', 'loop,commit=300,noauto_da_alloc', this.#image, this.folder])
  }
}

/** Whether the tests of power cuts run, and what is said where they do not. */
export interface PowerCuts {
  readonly skipped: boolean
  /** Stands behind the names of skipped tests: `scripts/test.mjs` lets no others go by. */
  readonly note: string
  /** Why, in words. */
  readonly why: string | undefined
}

/**
 * Power can be cut where a file can be mounted as a disk.
 *
 * @param wish value of `LAMPLIGHTER_POWERCUT`; `required` forbids the skip, so that the tests fail where they cannot run
 * @param tryDisk makes a disk and removes it, or throws
 */
export function powerCuts(wish: string | undefined, tryDisk: () => void): PowerCuts {
  if (wish === 'required') return { skipped: false, note: '', why: undefined }
  try {
    tryDisk()
    return { skipped: false, note: '', why: undefined }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? 'unknown') : 'unknown'
    return { skipped: true, note: ' (may be skipped: no loop devices)', why }
  }
}
