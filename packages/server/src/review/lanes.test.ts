import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { laneIds, laneOf, lanesFor, reportDueMs, shippedLanes } from './lanes.ts'

describe('the shipped lanes (decisions 5 and 6)', () => {
  test('are those of the rulings, with life at risk first', () => {
    expect(shippedLanes.map(({ id }) => id)).toMatchInlineSnapshot(`
      [
        "life-at-risk",
        "csea-verified",
        "csea-behaviour",
        "csea-encrypted",
        "terrorism",
        "unscreened-media",
        "unscreened",
        "reports",
        "appeals",
        "second-review",
        "notices",
      ]
    `)
    expect(shippedLanes.filter(({ lifeThreat }) => lifeThreat).map(({ id }) => id)).toEqual(['life-at-risk'])
  })

  test('hold every queue that the shipped rules name', () => {
    for (const name of ['starter.wick', 'core.wick']) {
      const text = readFileSync(new URL(import.meta.resolve(`@lamplighter/rules/wick/${name}`)), 'utf8')
      for (const [, lane] of text.matchAll(/queue "([^"]+)"/g))
        expect([name, lane, laneIds.has(String(lane))]).toEqual([name, lane, true])
    }
  })

  test('of child safety are open to child safety alone', () => {
    for (const lane of shippedLanes.filter(({ childSafety }) => childSafety))
      expect([lane.id, lane.roles]).toEqual([lane.id, ['child-safety']])
  })

  test('are closed to those who see no content', () => {
    expect(lanesFor(['admin', 'auditor'])).toEqual([])
    expect(lanesFor([])).toEqual([])
    expect(lanesFor(['legal']).map(({ id }) => id)).toEqual(['notices'])
  })

  test('are nobody’s when nobody ships them', () => expect(() => laneOf('elsewhere')).toThrow('no such lane'))
})

test('decisions 7: the harm that a reporter chose says when the report is due', () => {
  const minutes = (harm?: string) => reportDueMs(harm) / 60_000
  expect([minutes('threat_to_life'), minutes('csea'), minutes('intimate_images'), minutes('spam'), minutes()]).toEqual([
    10, 60, 240, 1440, 1440,
  ])
})
