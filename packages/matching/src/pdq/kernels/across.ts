// Eight rows side by side: sums that run along a row cannot be made four places at once, but for eight rows at once they can.

/** From eight rows, `stride` bytes apart, to columns of eight values. */
export function alongToAcross(rows: usize, stride: usize, columns: usize, width: i32): void {
  const end = rows + ((<usize>width) << 2)
  const half = stride << 2
  for (; rows < end; rows += 16, columns += 128) {
    turned(rows, stride, columns, 32)
    turned(rows + half, stride, columns + 16, 32)
  }
}

/** And back. */
export function acrossToAlong(columns: usize, rows: usize, stride: usize, width: i32): void {
  const end = rows + ((<usize>width) << 2)
  const half = stride << 2
  for (; rows < end; rows += 16, columns += 128) {
    turned(columns, 32, rows, stride)
    turned(columns + 16, 32, rows + half, stride)
  }
}

/** A block of four by four, turned. */
function turned(from: usize, step: usize, to: usize, stride: usize): void {
  const a = v128.load(from)
  const b = v128.load(from + step)
  const c = v128.load(from + 2 * step)
  const d = v128.load(from + 3 * step)
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5)
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5)
  const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7)
  const gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2))
  v128.store(to + stride, v128.shuffle<i64>(ab, cd, 1, 3))
  v128.store(to + 2 * stride, v128.shuffle<i64>(ef, gh, 0, 2))
  v128.store(to + 3 * stride, v128.shuffle<i64>(ef, gh, 1, 3))
}
