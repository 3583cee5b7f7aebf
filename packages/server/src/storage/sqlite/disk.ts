import { statfsSync } from 'node:fs'
import type { DiskRoom } from './client.ts'

const LEAST_ROOM_BYTES = 256 * 2 ** 20
const GIB = 2 ** 30

/** Looks at the free space each second; below the floor bulk works are refused, below 256 MiB all. */
export function watchDisk(
  folder: string,
  floorBytes: number | undefined,
  tell: (room: DiskRoom) => void,
): NodeJS.Timeout {
  const look = (): void => tell(roomOf(folder, floorBytes))
  look()
  return setInterval(look, 1_000).unref()
}

function roomOf(folder: string, floorBytes: number | undefined): DiskRoom {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder)
    const free = bavail * bsize
    const floor = floorBytes ?? Math.min(GIB, 0.05 * blocks * bsize)
    if (free < Math.min(LEAST_ROOM_BYTES, floor)) return 'out'
    return free < floor ? 'low' : 'enough'
  } catch {
    // The folder is gone or its disk does not answer: nothing more is taken.
    return 'out'
  }
}
