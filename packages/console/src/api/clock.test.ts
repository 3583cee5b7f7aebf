import { afterEach, expect, test } from 'vitest'
import { noteDate, serverNow } from './clock.ts'

afterEach(() => noteDate(new Date().toUTCString(), Date.now()))

test('a browser whose clock is an hour off counts in the server’s time', () => {
  noteDate(new Date(Date.now() + 3_600_000).toUTCString(), Date.now())
  expect(Math.abs(serverNow() - Date.now() - 3_600_000)).toBeLessThan(1_500)
})

test('the whole seconds of the header are no difference, and nonsense changes nothing', () => {
  noteDate(new Date(Date.now() - 900).toUTCString(), Date.now())
  noteDate('tomorrow', Date.now())
  noteDate(null, Date.now())
  expect(Math.abs(serverNow() - Date.now())).toBeLessThan(50)
})
