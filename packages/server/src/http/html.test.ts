import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foreign, html } from './html.ts'

const hostile = [
  ...[
    '<script>alert(1)</script>',
    '</p><img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
  ],
  ...[
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>1</script>',
  ],
  ...[
    'vbscript:x',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'http://plain.example',
    'https://u:p@evil.example/<x>',
  ],
  ...[
    '&lt;script&gt;',
    '&#60;script&#62;',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '`',
    '$'.concat('{1}'),
    '{{1}}',
    '</style>',
    '</title>',
  ],
  ...[
    '\u202Etxt.exe',
    '\u2066x\u2069',
    'a\u0000b',
    '\u0085',
    '\uFEFF',
    '\uD800',
    'line\nline',
    '=1+1',
    '@SUM(1)',
    '\r\nset-cookie: a=b',
  ],
]

describe('security S-21: a value stays a value wherever it stands', () => {
  test.each(hostile)('in text: %j', (text) => {
    const page = String(html`<p>${text}</p>`)
    expect(page.slice(3, -4)).not.toMatch(/[<>"'`]/)
    expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
    expect(page).not.toContain('\u0000')
  })

  test.each(hostile)('in an attribute of either quote: %j', (text) => {
    expect(String(html`<p title="${text}">`).slice(10, -2)).not.toMatch(/[<>"'`]/)
    expect(String(html`<p title='${text}'>`).slice(10, -2)).not.toMatch(/[<>"'`]/)
  })

  test.each(hostile)('as an address: %j', (text) => {
    const link = /href="([^"]*)"/.exec(String(html`<a href="${text}">x</a>`))?.[1] ?? ''
    expect(link === '#' || link.startsWith('https:')).toBe(true)
  })

  test.each(hostile)('as a part of an address: %j', (text) => {
    const link = /href="([^"]*)"/.exec(String(html`<a href="/n/${text}/appeal">x</a>`))?.[1] ?? ''
    expect(new URL(link, 'https://own.example').origin).toBe('https://own.example')
    expect(link.slice(3, -7)).toMatch(/^[^<>"'/?#&\\]*$/)
  })
})

test('https addresses and paths of our own stay what they are', () => {
  expect(String(html`<a href="${'https://a.example/?b=1&c=2'}">`)).toBe('<a href="https://a.example/?b=1&#38;c=2">')
  expect(String(html`<a href="${'/n/abc'}">`)).toBe('<a href="/n/abc">')
})

test('control and direction-changing characters are shown by name, Arabic and line ends stay', () => {
  expect(String(html`${'a\u202Eb\u0007c\r\nd مرحبا'}`)).toBe('a[U+202E]b[U+0007]c\nd مرحبا')
})

test('words of others are isolated', () => {
  expect(String(foreign('<b>'))).toBe('<bdi>&#60;b&#62;</bdi>')
})

test('markup nests, lists join, nothing prints nothing', () => {
  const rows = ['a', '<'].map((one) => html`<li>${one}</li>`)
  expect(String(html`<ul>${rows}</ul>${null}${undefined}${false}${0}`)).toBe('<ul><li>a</li><li>&#60;</li></ul>0')
})

test.each([
  ['an unquoted attribute', () => html`<a href=${'x'}>`],
  ['the name of a tag', () => html`<${'b'}>`],
  ['the name of an attribute', () => html`<a ${'b'}="c">`],
  ['an event handler', () => html`<a onclick="${'b'}">`],
  ['a style', () => html`<a style="${'b'}">`],
  ['a comment', () => html`<!-- ${'b'} -->`],
  ['a script', () => html`<script>${'b'}</script>`],
  ['markup in an attribute', () => html`<a title="${html`b`}">`],
])('a value in %s is a programmer’s error', (_place, make) => {
  expect(make).toThrow(TypeError)
})

test('a ">" inside a quoted attribute does not end its tag', () => {
  expect(String(html`<a title="1 > ${'"'}" href="/x/${'"'}">`)).toBe('<a title="1 > &#34;" href="/x/%22">')
})

test('any text comes back from a browser’s reading as it was, but for what was made visible', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const read = String(html`${text}`).replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)))
      const plain = text.toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the property speaks of them
      const touched = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/
      expect(touched.test(plain) || read === plain).toBe(true)
    }),
  )
})
