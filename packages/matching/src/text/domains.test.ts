import { expect, test } from 'vitest'
import { domainTable } from './domains.ts'

/** As the URL parser of the caller would. */
const toAscii = (host: string) => (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined)
const table = domainTable(['bad.example', 'xn--bcher-kva.example', 'deep.worse.example', 'not a domain'], toAscii)

test('a listed domain and everything below it is a hit, a longer name is not', () => {
  expect(table.find('bad.example')).toBe('bad.example')
  expect(table.find('a.b.bad.example')).toBe('bad.example')
  expect(table.find('notbad.example')).toBeUndefined()
  expect(table.find('worse.example')).toBeUndefined()
})

test('capitals, a dot at the end and other scripts do not hide a domain', () => {
  expect(table.find('WWW.Bad.Example.')).toBe('bad.example')
  expect(table.find('Shop.BÜCHER.example')).toBe('xn--bcher-kva.example')
})

test('what is no domain is refused by name, and never found', () => {
  expect(table.refused).toEqual(['not a domain'])
  expect(table.size).toBe(3)
  for (const host of ['', '.', 'bad..example', `${'a'.repeat(64)}.bad.example`, 'bad example']) {
    expect(table.find(host), host).toBeUndefined()
  }
})
