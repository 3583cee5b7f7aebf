import { describe, expect, test } from 'vitest'
import { allowNetsFrom, isLoopback, isReachable, rangeFrom } from './address.ts'

const reachable = (address: string, opened = '') =>
  isReachable(address, opened === '' ? [] : opened.split(',').map((one) => rangeFrom(one)))

describe('security S-25: addresses that no outgoing call may reach', () => {
  const edges = [
    ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.1'],
    ...['127.255.255.255', '169.254.0.0', '169.254.169.254', '169.254.255.255', '172.16.0.0', '172.31.255.255'],
    ...['192.0.0.0', '192.0.0.255', '192.0.2.1', '192.88.99.1', '192.168.0.0', '192.168.255.255', '198.18.0.0'],
    ...[
      '198.19.255.255',
      '198.51.100.7',
      '203.0.113.7',
      '224.0.0.0',
      '239.255.255.255',
      '240.0.0.0',
      '255.255.255.255',
    ],
    ...['::', '::1', '::7f00:1', '::10.0.0.1', '::8.8.8.8', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1'],
    ...['64:ff9b::a00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1', '2002:7f00:1::', '2002:808:808::1', '2001:0:808:808::1'],
    ...['fc00::1', 'fdff::1', 'fe80::1', 'febf::1', 'fec0::1', 'feff::1', 'ff00::', 'ff02::1', '100::1', '2001:db8::1'],
  ]
  test.each(edges)('%s is refused', (address) => {
    expect(reachable(address)).toBe(false)
  })

  const neighbours = [
    ...['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
    ...[
      '169.253.255.255',
      '169.255.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '192.0.1.0',
      '192.167.255.255',
      '192.169.0.0',
    ],
    ...[
      '198.17.255.255',
      '198.20.0.0',
      '223.255.255.255',
      '2606:4700::1111',
      '2001:4860:4860::8888',
      '2003::1',
      '64:ff9c::1',
    ],
  ]
  test.each(neighbours)('%s, just outside, is not', (address) => {
    expect(reachable(address)).toBe(true)
  })

  test.each(['', 'localhost', '127.1', '0177.0.0.1', '1.2.3', 'fe80::1%eth0', '1.2.3.4/8', '::g'])(
    'what is no address in the usual notation is refused: "%s"',
    (text) => {
      expect(reachable(text)).toBe(false)
    },
  )

  test('an opened range opens itself only, and only in its own family', () => {
    expect(reachable('10.1.2.3', '10.0.0.0/8')).toBe(true)
    expect(reachable('192.168.0.1', '10.0.0.0/8')).toBe(false)
    expect(reachable('::ffff:10.1.2.3', '10.0.0.0/8')).toBe(false)
    expect(reachable('::ffff:10.1.2.3', '::ffff:10.0.0.0/104')).toBe(true)
  })
})

test('loopback is 127/8 and ::1', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true)
  expect(['128.0.0.1', '::2', '::ffff:127.0.0.1', 'localhost'].some(isLoopback)).toBe(false)
})

test('LAMPLIGHTER_ALLOW_NETS opens ranges by the name of a connection', () => {
  const nets = allowNetsFrom('webhook:main=10.0.0.0/8, 192.168.7.0/24; media=::1/128;')
  expect([...nets.keys()]).toEqual(['webhook:main', 'media'])
  expect(nets.get('webhook:main')).toEqual([
    { bytes: [10, 0, 0, 0], bits: 8 },
    { bytes: [192, 168, 7, 0], bits: 24 },
  ])
})

test.each([
  ['main', 'expected connection=range[,range…], found "main"'],
  ['=10.0.0.0/8', 'expected connection=range[,range…], found "=10.0.0.0/8"'],
  ['main=10.0.0.0', 'expected an address range such as 10.0.0.0/8, found "10.0.0.0"'],
  ['main=10.0.0.0/33', 'expected an address range such as 10.0.0.0/8, found "10.0.0.0/33"'],
  ['main=10.0.0.1/8', 'expected a range whose address ends where its prefix ends, found "10.0.0.1/8"'],
  ['main=private', 'expected an address range such as 10.0.0.0/8, found "private"'],
])('a wrong LAMPLIGHTER_ALLOW_NETS is named: %s', (text, message) => {
  expect(() => allowNetsFrom(text)).toThrow(message)
})
