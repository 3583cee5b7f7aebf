/** Markup that was made by `html` and may go out as it is. */
export class Html {
  readonly #text: string

  constructor(parts: readonly string[], key: typeof made) {
    if (key !== made) throw new TypeError('Html is made by the html template only')
    this.#text = parts.join('')
  }

  toString(): string {
    return this.#text
  }
}

const made = Symbol('html')

export type HtmlValue = string | number | Html | readonly HtmlValue[] | null | undefined | false

/** Where a value stands. `link` is a whole address, `part` is a piece of one that our own text began. */
type Place = 'text' | 'attribute' | 'link' | 'part'

const linkAttributes = new Set(['href', 'src', 'action', 'formaction', 'cite', 'poster', 'data'])
const known = new WeakMap<TemplateStringsArray, readonly Place[]>()

/**
 * Markup with values, each escaped for the place where it stands: in text, in a quoted attribute, as an address (`https:` or a path of
 * ours; anything else becomes `#`), or as a part of an address.
 *
 * @throws TypeError for a value in any other place: unquoted, in a tag's name, in a comment, in script or style
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const places = known.get(strings) ?? placesOf(strings)
  known.set(strings, places)
  const parts = strings.flatMap((text, n) => (n === 0 ? [text] : [escaped(values[n - 1], places[n - 1]), text]))
  return new Html(parts, made)
}

/** Words of a user or of a remote host: isolated, so that their direction does not reach the text around them. */
export function foreign(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

/** Makes control and direction-changing characters visible; line ends and tabs stay. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not pass
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g, (character) =>
    character === '\r' ? '' : `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )
}

function escaped(value: HtmlValue, place: Place | undefined): string {
  if (value === null || value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map((one: HtmlValue) => escaped(one, place)).join('')
  if (value instanceof Html) {
    if (place !== 'text') throw new TypeError('markup may stand in text only')
    return value.toString()
  }
  const text = String(value).toWellFormed()
  if (place === 'part') return encodeURIComponent(text).replace(/'/g, '%27')
  return entities(visible(place === 'link' ? safeLink(text) : text))
}

function entities(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function safeLink(text: string): string {
  if (/^\/(?![/\\])/.test(text)) return text
  return URL.canParse(text) && new URL(text).protocol === 'https:' ? new URL(text).href : '#'
}

/** Walks through the fixed text once and notes in which place each value stands. */
function placesOf(strings: readonly string[]): readonly Place[] {
  if (/<(script|style)\b/i.test(strings.join(''))) throw new TypeError('script and style have no place in a template')
  let open = ''
  return strings.slice(0, -1).map((text) => {
    open = restOf(open + text)
    if (open === '') return 'text'
    const attribute = /\s([a-zA-Z-]+)=(?:"([^"]*)|'([^']*))$/.exec(open)
    if (attribute === null) throw new TypeError(`a value may not stand here: ${open.slice(-40)}`)
    const before = attribute[2] ?? attribute[3] ?? ''
    if (!linkAttributes.has((attribute[1] ?? '').toLowerCase())) {
      if (/^(on|style$|srcdoc$)/i.test(attribute[1] ?? '')) throw new TypeError(`no value may stand in ${attribute[1]}`)
      return 'attribute'
    }
    return before === '' ? 'link' : 'part'
  })
}

// Quoted values are skipped whole, so that a ">" inside one does not end the tag.
function restOf(text: string): string {
  const outside = text.replace(/<(?:[^<>"']|"[^"]*"|'[^']*')*>/g, '')
  const at = outside.indexOf('<')
  return at < 0 ? '' : outside.slice(at)
}
