/** A place in a text (UTF-16 offsets of the original) and why it matters. */
export interface TextMark {
  readonly from: number
  readonly to: number
  readonly why: string
}

/** A stretch of a text: readable, or one character that cannot be seen and is shown by its name instead. */
export interface Segment {
  readonly source: string
  readonly kind: 'readable' | 'unseen'
  /** Short label of an unseen character (`ZWSP`, `U+202E`). */
  readonly label: string
  readonly whys: readonly string[]
}

const names = new Map<number, string>([
  [0x00ad, 'SHY'],
  [0x034f, 'CGJ'],
  [0x061c, 'ALM'],
  [0x115f, 'HCF'],
  [0x1160, 'HJF'],
  [0x180e, 'MVS'],
  [0x200b, 'ZWSP'],
  [0x200c, 'ZWNJ'],
  [0x200d, 'ZWJ'],
  [0x200e, 'LRM'],
  [0x200f, 'RLM'],
  [0x2028, 'LSEP'],
  [0x2029, 'PSEP'],
  [0x202a, 'LRE'],
  [0x202b, 'RLE'],
  [0x202c, 'PDF'],
  [0x202d, 'LRO'],
  [0x202e, 'RLO'],
  [0x2060, 'WJ'],
  [0x2066, 'LRI'],
  [0x2067, 'RLI'],
  [0x2068, 'FSI'],
  [0x2069, 'PDI'],
  [0x2800, 'BLANK'],
  [0x3164, 'HF'],
  [0xfeff, 'BOM'],
  [0xffa0, 'HWHF'],
])

const isUnseen = (code: number): boolean =>
  names.has(code) ||
  (code < 0x20 && code !== 0x09 && code !== 0x0a) ||
  (code >= 0x7f && code <= 0x9f) ||
  (code >= 0x2061 && code <= 0x206f) ||
  (code >= 0xd800 && code <= 0xdfff) ||
  (code >= 0xfe00 && code <= 0xfe0f) ||
  (code >= 0xfff9 && code <= 0xfffb) ||
  (code >= 0xe0000 && code <= 0xe0fff)

const labelOf = (code: number): string => names.get(code) ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`

const pictograph = /^\p{Extended_Pictographic}$/u
const emojiPart = /^(?:\p{Emoji}|\p{Emoji_Modifier}|\ufe0f)$/u

/** Inside an emoji, a joiner or a presentation selector hides nothing. */
const belongsToEmoji = (code: number, before: string | undefined, after: string | undefined): boolean => {
  if (code === 0x200d) return emojiPart.test(before ?? '') && pictograph.test(after ?? '')
  return code === 0xfe0f && /^\p{Emoji}$/u.test(before ?? '')
}

/**
 * Cuts a text into stretches for display. Pure. Joined together, the sources are the text again, character by character:
 * nothing of the evidence is lost or changed. Marks outside the text are cut to it; a mark never splits a character.
 */
export function segmentsOf(text: string, marks: readonly TextMark[]): Segment[] {
  const segments: Segment[] = []
  const characters = [...text]
  let at = 0
  let run: { source: string; whys: readonly string[] } | null = null
  const flush = () => {
    if (run !== null) segments.push({ ...run, kind: 'readable', label: '' })
    run = null
  }
  characters.forEach((character, index) => {
    const code = character.codePointAt(0) ?? 0
    const end = at + character.length
    const start = at
    const whys = marks.filter(({ from, to }) => from < end && to > start).map(({ why }) => why)
    at = end
    if (isUnseen(code) && !belongsToEmoji(code, characters[index - 1], characters[index + 1])) {
      flush()
      segments.push({ source: character, kind: 'unseen', label: labelOf(code), whys })
      return
    }
    if (run !== null && sameWords(run.whys, whys)) run = { source: run.source + character, whys }
    else {
      flush()
      run = { source: character, whys }
    }
  })
  flush()
  return segments
}

const sameWords = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((word, index) => word === b[index])
