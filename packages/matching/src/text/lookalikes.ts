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

function tableOf(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const table = new Map<string, string>()
  for (const [from, to] of pairs) {
    const letters = Array.from(from)
    for (const [i, letter] of letters.entries()) table.set(letter.toLowerCase(), to[i] ?? letter)
  }
  return table
}
