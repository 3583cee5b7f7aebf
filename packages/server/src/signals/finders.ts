/**
 * Two small detectors of the shipped rules: does a text name a time, or a place where people could meet? They order a queue beside
 * other evidence and decide nothing alone. Pure, linear, English and German words.
 */

const TIME_WORDS = new Set(
  `tonight tomorrow today midnight noon morning evening afternoon weekend monday tuesday wednesday thursday friday saturday sunday
  heute morgen abend nacht mittag mitternacht montag dienstag mittwoch donnerstag freitag samstag sonntag`.split(/\s+/),
)
const PLACE_WORDS = new Set(
  `school harbour harbor station park church mosque synagogue temple bridge mall market stadium airport office library street square
  schule hafen bahnhof kirche moschee synagoge brücke markt stadion flughafen büro bibliothek platz strasse straße`.split(
    /\s+/,
  ),
)
const CLOCK = /\b([01]?\d|2[0-3])[:.][0-5]\d\b|\b(1[0-2]|[1-9]) ?(am|pm|uhr|o'clock)\b/i

const words = (text: string): string[] => text.toLowerCase().split(/[^\p{L}]+/u)

/** True if the text names a time of day, a weekday or a clock time. */
export function namesTime(text: string): boolean {
  return CLOCK.test(text) || words(text).some((word) => TIME_WORDS.has(word))
}

/** True if the text names a kind of place where people could be met or hurt. */
export function namesPlace(text: string): boolean {
  return words(text).some((word) => PLACE_WORDS.has(word))
}
