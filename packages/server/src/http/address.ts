import { isIPv4, isIPv6 } from 'node:net'

/** A block of addresses: the first `bits` bits of `bytes` (4 for v4, 16 for v6). */
export interface Range {
  readonly bytes: readonly number[]
  readonly bits: number
}

/**
 * Blocks that no outgoing call may reach (security.md §6): not routed, private, link-local, for documentation, multicast, and every v6
 * block that carries a v4 address, because what is inside could be any of the others.
 */
export const refusedRanges: readonly Range[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  // ::/96 holds ::, ::1 and the v4-compatible form; the others from ::ffff: on are mapped, NAT64, 6to4 and Teredo.
  ...['::/96', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
  ...['fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8', '100::/64', '2001:db8::/32'],
].map((text) => rangeFrom(text))

const loopback: readonly Range[] = ['127.0.0.0/8', '::1/128'].map((text) => rangeFrom(text))

/** Says whether a call to `address` may be made, given the ranges that the operator opened for this connection. */
export function isReachable(address: string, opened: readonly Range[]): boolean {
  const bytes = addressBytes(address)
  if (bytes === undefined) return false
  return !refusedRanges.some((range) => holds(range, bytes)) || opened.some((range) => holds(range, bytes))
}

export function isLoopback(address: string): boolean {
  const bytes = addressBytes(address)
  return bytes !== undefined && loopback.some((range) => holds(range, bytes))
}

/**
 * Reads `LAMPLIGHTER_ALLOW_NETS`: `connection=range[,range…]` separated by `;` (decisions.md 31), for example
 * `webhook:main=10.0.0.0/8;media=192.168.7.0/24,fd00::/8`.
 *
 * @throws RangeError naming the part that is wrong
 */
export function allowNetsFrom(text: string): ReadonlyMap<string, readonly Range[]> {
  const nets = new Map<string, readonly Range[]>()
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '') continue
    const at = part.lastIndexOf('=')
    if (at < 1) throw new RangeError(`expected connection=range[,range…], found "${part}"`)
    const name = part.slice(0, at).trim()
    const ranges = part
      .slice(at + 1)
      .split(',')
      .map((one) => rangeFrom(one.trim()))
    nets.set(name, [...(nets.get(name) ?? []), ...ranges])
  }
  return nets
}

/** @throws RangeError for anything but an address, a slash and a prefix length that leaves no bit of the address behind it */
export function rangeFrom(text: string): Range {
  const [address = '', prefix = '', ...rest] = text.split('/')
  const bytes = addressBytes(address)
  const bits = Number(prefix)
  if (bytes === undefined || rest.length > 0 || !/^\d{1,3}$/.test(prefix) || bits > bytes.length * 8) {
    throw new RangeError(`expected an address range such as 10.0.0.0/8, found "${text}"`)
  }
  const range = { bytes, bits }
  if (bytes.some((byte, n) => (byte & ~maskOf(range, n) & 0xff) !== 0)) {
    throw new RangeError(`expected a range whose address ends where its prefix ends, found "${text}"`)
  }
  return range
}

/** A single address, or a range of them. @throws RangeError for anything else */
export function blockFrom(text: string): Range {
  const bytes = addressBytes(text)
  return bytes === undefined ? rangeFrom(text) : { bytes, bits: bytes.length * 8 }
}

/** Whether an address lies in one of these blocks. A v4 address that came as a v6 one is the v4 address. */
export function isWithin(address: string, blocks: readonly Range[]): boolean {
  const bytes = addressBytes(/^::ffff:[\d.]+$/i.test(address) ? address.slice(7) : address)
  return bytes !== undefined && blocks.some((block) => holds(block, bytes))
}

/** The bytes of an address in its usual notation; anything else, a zone included, is no address. */
export function addressBytes(address: string): readonly number[] | undefined {
  if (isIPv4(address)) return address.split('.').map(Number)
  if (!isIPv6(address) || address.includes('%')) return undefined
  const [head = '', tail] = address.split('::')
  const front = groupsOf(head)
  if (tail === undefined) return front
  const back = groupsOf(tail)
  return [...front, ...new Array<number>(16 - front.length - back.length).fill(0), ...back]
}

function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

function holds(range: Range, bytes: readonly number[]): boolean {
  if (range.bytes.length !== bytes.length) return false
  return range.bytes.every((byte, n) => ((bytes[n] ?? 0) & maskOf(range, n)) === byte)
}

function maskOf(range: Range, byte: number): number {
  const left = range.bits - byte * 8
  if (left >= 8) return 0xff
  return left <= 0 ? 0 : (0xff << (8 - left)) & 0xff
}
