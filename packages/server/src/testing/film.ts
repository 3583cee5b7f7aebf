import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

/** Why there is no video to test with, or null. In CI that is an error. */
export const noFilm: string | null = existsSync('/usr/bin/ffmpeg') ? null : 'ffmpeg is not installed'
if (noFilm !== null && process.env.CI === 'true') throw new Error(`${noFilm}: apt-get install ffmpeg`)

/** A video that shows each picture for a second. @param more told to ffmpeg about what it writes */
export async function film(pictures: readonly Uint8Array[], more: readonly string[] = []): Promise<Buffer> {
  const place = mkdtempSync(join(tmpdir(), 'lamplighter-film-'))
  try {
    const frames = await Promise.all(pictures.map((bytes) => sharp(bytes).removeAlpha().png().toBuffer()))
    const input = ['-v', 'error', '-f', 'image2pipe', '-c:v', 'png', '-framerate', '1', '-i', 'pipe:0']
    const how = ['-r', '10', '-q:v', '2', ...more, '-movflags', '+faststart', join(place, 'film.mp4')]
    execFileSync('/usr/bin/ffmpeg', [...input, ...how], { input: Buffer.concat(frames) })
    return readFileSync(join(place, 'film.mp4'))
  } finally {
    rmSync(place, { recursive: true })
  }
}
