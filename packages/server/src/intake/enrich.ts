import type { Event } from '@lamplighter/rules'
import { asciiDomain } from '../signals/lists/parse.ts'
import type { KeyedName } from './names.ts'

const MAX_LINKS = 20
const LINKS = /\bhttps?:\/\/[^\s<>"']{1,2048}/giu
/** Shorter texts say the same by chance. */
const TEXT_KEY_FROM = 40
/** Parameters that tell where somebody came from, not where the link leads. */
const TRACKING = /^(?:utm_\w+|fbclid|gclid|dclid|msclkid|igshid|mc_[ce]id|yclid|ref|ref_src|si)$/i

/**
 * Fills in what intake knows where the platform did not send it (rules.md §6.1): time of receipt, links of the text, and the keys by which
 * counters tell that a link or a text is the same.
 *
 * @param nameOf a keyed hash; without it the keys stay unknown
 */
export function enriched(event: Event, now: number, nameOf: KeyedName | undefined): Event {
  const base = { ...event, received_at: isoOf(now) }
  const item = event.item
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return base
  const text: unknown = Reflect.get(item, 'text')
  const sent: unknown = Reflect.get(item, 'links')
  if (typeof text !== 'string') return base
  const urls = text.includes('://') ? [...text.matchAll(LINKS)].map(([url]) => url) : []
  const found = urls.map(hostOf).filter((host) => host !== undefined)
  const links = [...new Set([...(Array.isArray(sent) ? sent : []), ...found])]
  const count: unknown = Reflect.get(item, 'link_count')
  const linkCount = Math.max(typeof count === 'number' ? count : 0, links.length)
  // Beyond what rules may read, nobody knows: a gap stands for the rest, so that a bad link cannot hide behind twenty good ones.
  const shown = links.length > MAX_LINKS ? [...links.slice(0, MAX_LINKS), null] : links
  const keys = nameOf === undefined ? {} : keysOf({ text, url: urls[0], linkCount }, nameOf)
  return { ...base, item: { ...keys, ...item, links: shown, link_count: linkCount } } as Event
}

/** None where there is no link, or a text too short to be told from others; unknown where a link was sent that we did not see. */
function keysOf(
  of: { readonly text: string; readonly url: string | undefined; readonly linkCount: number },
  nameOf: KeyedName,
): { link_key?: string | null; text_key: string | null } {
  const text = of.text.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' ').trim()
  const link = of.url === undefined ? undefined : plainLink(of.url)
  return {
    text_key: text.length < TEXT_KEY_FROM ? null : nameOf(`text ${text}`),
    ...(link !== undefined && { link_key: nameOf(`link ${link}`) }),
    ...(link === undefined && of.linkCount === 0 && { link_key: null }),
  }
}

/** Where a link leads, without what tells links to one place apart: scheme, `www.`, fragment, tracking. */
function plainLink(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (parsed === null) return undefined
  const wanted = [...parsed.searchParams].filter(([name]) => !TRACKING.test(name)).sort(([a], [b]) => (a < b ? -1 : 1))
  const query = new URLSearchParams(wanted).toString()
  const path = parsed.pathname.replace(/\/+$/, '')
  return `${parsed.host.replace(/^www\./, '')}${path}${query === '' ? '' : `?${query}`}`
}

let latest = { at: Number.NaN, iso: '' }

/** An instant in RFC 3339. The events of a batch come at one time. */
export function isoOf(at: number): string {
  if (latest.at !== at) latest = { at, iso: new Date(at).toISOString() }
  return latest.iso
}

// What ends a sentence belongs to no host: "https://a.example, b" is a link to a.example.
const hostOf = (url: string): string | undefined => {
  const host = URL.parse(url)
    ?.hostname.replace(/[^a-z0-9._-].*$/s, '')
    .replace(/[.-]+$/, '')
  return host === undefined ? undefined : asciiDomain(host)
}
