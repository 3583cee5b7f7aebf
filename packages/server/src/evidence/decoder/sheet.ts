import type { Pixels } from '@lamplighter/matching'

/** Pictures on one sheet. */
export const SHEET_FRAMES = 9
const GROUND = 0x80

/** As many pictures side by side as rows below each other. */
export function sheetColumns(count: number): number {
  return Math.ceil(Math.sqrt(count))
}

/** Pictures side by side and below each other, in reading order, each in the corner of a cell that is as large as the largest. Three channels. */
export function sheetOf(cells: readonly Pixels[], columns: number): Pixels {
  const width = Math.max(...cells.map((cell) => cell.width))
  const height = Math.max(...cells.map((cell) => cell.height))
  const sheet = { width: width * columns, height: height * Math.ceil(cells.length / columns), channels: 3 as const }
  const data = new Uint8Array(sheet.width * sheet.height * 3).fill(GROUND)
  for (const [place, cell] of cells.entries()) {
    const left = (place % columns) * width
    const top = Math.floor(place / columns) * height
    for (let y = 0; y < cell.height; y += 1) {
      for (let x = 0; x < cell.width; x += 1) {
        const to = ((top + y) * sheet.width + left + x) * 3
        data.set(colourAt(cell, (y * cell.width + x) * cell.channels), to)
      }
    }
  }
  return { ...sheet, data }
}

function colourAt({ channels, data }: Pixels, at: number): readonly [number, number, number] {
  const first = data[at] ?? 0
  return channels === 1 ? [first, first, first] : [first, data[at + 1] ?? 0, data[at + 2] ?? 0]
}
