import { BlockList, isIP } from 'node:net'
import { AppError } from './errors.ts'

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])

/** True for an address of this machine's loopback, in either family. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

export function isLoopbackHost(hostname: string): boolean {
  return (
    LOOPBACK_NAMES.has(hostname) || hostname.endsWith('.localhost') || isLoopback(hostname.replaceAll(/[[\]]/g, ''))
  )
}

/**
 * Refuses a `Host` that is not ours, which ends DNS rebinding (security.md §5, S-22). On loopback the loopback names pass.
 *
 * @param urls `LAMPLIGHTER_URL`, and the officers' own where there is one
 */
export function hostGuard(urls: readonly string[]): (host: string | null, target: string | undefined) => void {
  const hosts = new Set(urls.map((url) => new URL(url).host.toLowerCase()))
  const loopback = urls.some((url) => isLoopbackHost(new URL(url).hostname))
  return (host, target) => {
    // RFC 9112 §3.2.2: an absolute target would overrule Host; proxies in front of us do not send it.
    const absolute = target !== undefined && !target.startsWith('/')
    const asked = (host ?? '').toLowerCase()
    if (!absolute && (hosts.has(asked) || (loopback && LOOPBACK_NAMES.has(asked.replace(/:\d{1,5}$/, ''))))) return
    throw new AppError('wrong_host', 'This address does not serve that host. Use the address in LAMPLIGHTER_URL.')
  }
}

/** Who is behind the proxies that are trusted. Forwarded headers of anybody else count for nothing. */
export function clientAddress(trusted: readonly string[]): (peer: string, forwardedFor: string | null) => string {
  const proxies = new BlockList()
  for (const range of trusted) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) proxies.addAddress(address, family)
    else proxies.addSubnet(address, Number(bits), family)
  }
  const isTrusted = (address: string) => {
    const plain = address.startsWith('::ffff:') ? address.slice(7) : address
    return isIP(plain) !== 0 && proxies.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
  return (peer, forwardedFor) => {
    let address = peer
    // From the right: each trusted proxy vouches for the one before it only.
    for (const hop of (forwardedFor ?? '').split(',').toReversed()) {
      if (!isTrusted(address) || isIP(hop.trim()) === 0) break
      address = hop.trim()
    }
    return address
  }
}
