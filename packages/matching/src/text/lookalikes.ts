/**
 * Letters that look like Latin ones, a selection along UTS #39 (Unicode 17): Cyrillic, Greek, Armenian, Cherokee, small
 * capitals, and Latin letters with strokes. Each pair is the letters and what they look like, in the same order.
 */
const PAIRS: readonly (readonly [from: string, to: string])[] = [
  ['авгеёіїјкмнопрстухѕһԁԛԝѵьӏћђүұҡҝӎңҥӊҳҷҽ', 'abreeiijkmhonpctyxshdqwvblhhyykkmhhhxye'],
  ['αβγεηικμνορστυχωϲϳ', 'abyenikuvopotuxwcj'],
  ['օոսհցզյքւ', 'onuhgqjfi'],
  ['ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᏚᎢᏙᎳᏃᎥᏀᏒ', 'abcdehjklmpstvwzigr'],
  ['ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ', 'abcdefghijklmnopqrstuvwyz'],
  ['ɑıȷɡʋɩøđłħŧþðŋɛǝɐƀɓɗƒɠɦɨƙƚɱɲɵƥʠɽʂƭʉʈⱳƴƶɇɉɍɏꝛ', 'aijgviodlhtpdneeabbdfghiklmnopqrstutwyzejryr'],
]

/** Capitals that look like another letter than their small forms do. */
const CAPITALS: readonly (readonly [from: string, to: string])[] = [['ΗΝΡΥΧΖΜΒΙΚΤΑΕΟ', 'hnpyxzmbiktaeo']]

const WIDE: Readonly<Record<string, string>> = { æ: 'ae', œ: 'oe', ĳ: 'ij', ꜳ: 'aa', ꝏ: 'oo' }

const small = tableOf(PAIRS)
const capital = tableOf(CAPITALS)

/** What a letter looks like, or nothing. Keyed by small letters, because views are folded first. */
export function lookalike(letter: string, wasCapital: boolean): string | undefined {
  return (wasCapital ? capital.get(letter) : undefined) ?? small.get(letter) ?? WIDE[letter]
}

const known = new Uint8Array(0x10000)
for (const letter of [...small.keys(), ...capital.keys(), ...Object.keys(WIDE)]) known[letter.charCodeAt(0)] = 1

/** Whether `lookalike` has an answer for this unit; all that it knows are letters of one unit. */
export const hasLookalike = (unit: number): boolean => known[unit] === 1

const A = 0x61
const ALPHABET = 26

/** The Latin letters that a letter looks like, small or capital, as bits from `a` on; a Latin letter looks like itself. */
const looks = looksOf()

/** Whether two letters, as folded, look like one Latin letter, be they small or capital. */
export const isAlike = (one: number, other: number): boolean => ((looks[one] ?? 0) & (looks[other] ?? 0)) !== 0

/** Whether this letter looks like a Latin one, or is one. */
export const hasLatinLook = (unit: number): boolean => (looks[unit] ?? 0) !== 0

/**
 * One letter for all that look alike, one by one or in a chain: `η` looks like `n` and, as a capital, like `H`, so these three share
 * one. Letters that look like no Latin one are what they are.
 */
export const kindred: Readonly<Uint16Array> = kindredOf(looks)

function looksOf(): Uint32Array {
  const made = new Uint32Array(0x10000)
  for (let letter = 0; letter < ALPHABET; letter += 1) made[A + letter] = 1 << letter
  for (const table of [small, capital]) {
    for (const [letter, latin] of table) {
      const unit = letter.charCodeAt(0)
      made[unit] = (made[unit] ?? 0) | (1 << (latin.charCodeAt(0) - A))
    }
  }
  return made
}

function kindredOf(masks: Uint32Array): Uint16Array {
  const groups = Array.from({ length: ALPHABET }, (_, letter) => 1 << letter)
  for (const mask of new Set(masks)) {
    const joined = groups.reduce((sum, group) => ((group & mask) === 0 ? sum : sum | group), mask)
    for (const [letter, group] of groups.entries()) if ((group & mask) !== 0) groups[letter] = joined
  }
  const first = (mask: number): number => groups.findIndex((group) => (group & mask) !== 0)
  return Uint16Array.from(masks, (mask, unit) => (mask === 0 ? unit : A + first(mask)))
}

function tableOf(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const table = new Map<string, string>()
  for (const [from, to] of pairs) {
    const letters = Array.from(from)
    for (const [i, letter] of letters.entries()) table.set(letter.toLowerCase(), to[i] ?? letter)
  }
  return table
}
