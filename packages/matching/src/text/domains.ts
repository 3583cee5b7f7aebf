/**
 * Domains of a list, looked up with their parents: a listed `bad.example` covers `shop.bad.example`, never
 * `notbad.example`.
 */
export interface DomainTable {
  readonly size: number
  /** The listed domain that covers this host, the longest one if several do. */
  find(host: string): string | undefined
}

/**
 * Brings a host to the one form in which hosts are compared, or to nothing: lower case, no dot at the end, and other
 * scripts as Punycode by the caller's converter (the URL parser has it; this package has none).
 */
export function plainHost(host: string, toAscii: (host: string) => string | undefined): string | undefined {
  const bare = host.trim().toLowerCase().replace(/\.$/, '')
  const ascii = isAscii(bare) ? bare : toAscii(bare)?.toLowerCase()
  if (ascii === undefined || ascii.length > 253) return undefined
  return ascii.split('.').every((label) => LABEL.test(label)) ? ascii : undefined
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** RFC 1123 §2.1, and the underscore that real hosts use. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/** @param toAscii internationalised host to Punycode; nothing if it cannot be one */
export function domainTable(
  domains: Iterable<string>,
  toAscii: (host: string) => string | undefined,
): DomainTable & { readonly refused: readonly string[] } {
  const listed = new Set<string>()
  const refused: string[] = []
  for (const domain of domains) {
    const plain = plainHost(domain, toAscii)
    if (plain === undefined) refused.push(domain)
    else listed.add(plain)
  }
  return { size: listed.size, refused, find: (host) => domainInList(host, listed, toAscii) }
}

/** The listed domain that is this host or a parent of it. */
export function domainInList(
  host: string,
  listed: ReadonlySet<string>,
  toAscii: (host: string) => string | undefined,
): string | undefined {
  const plain = plainHost(host, toAscii)
  if (plain === undefined) return undefined
  for (let at = 0; at !== -1; at = nextLabel(plain, at)) {
    const parent = plain.slice(at)
    if (listed.has(parent)) return parent
  }
  return undefined
}

function nextLabel(host: string, at: number): number {
  const dot = host.indexOf('.', at)
  return dot === -1 ? -1 : dot + 1
}
