import { CaseStep, CaseTitle } from '@lamplighter/api'
import { describe, expect, test } from 'vitest'
import { de } from '../messages/de.ts'
import { formatsOf } from '../messages/formats.ts'
import type { Messages } from '../messages/index.ts'
import { effectIn, factIn, lineIn, titleIn } from './told.ts'

const t: Messages = {
  ...de,
  ...formatsOf('de'),
  named: (kind, id) => de.known[kind][id] ?? id.replaceAll('_', ' '),
}
const title = (given: unknown) => titleIn(t, { words: 'old words', title: CaseTitle.nullable().parse(given) })
const line = (given: unknown) =>
  lineIn(t, { at: 0, by: 'machine', words: 'old words', step: CaseStep.nullable().parse(given) })

describe('in German', () => {
  test('the title of a case is said from its codes; one without codes keeps its words', () => {
    const rule = { what: 'rule', kind: 'upload', rule: 'known_csam', undecided: true }
    expect(title(rule)).toBe('Upload, ungeprüft: bekanntes Missbrauchsmaterial')
    expect(title({ what: 'rule', kind: 'trade', rule: 'our_own', undecided: false })).toBe('trade: our own')
    expect(title({ what: 'report', harm: 'self_harm' })).toBe('Meldung: Selbstverletzung')
    expect(title({ what: 'notice', of: rule })).toBe(
      'Mitteilung senden oder zurückhalten: Upload, ungeprüft: bekanntes Missbrauchsmaterial',
    )
    expect(title({ what: 'list', kind: 'post', list: 'open_media', version: 3, match: null })).toBe(
      'Rückblick, Beitrag: open_media Version 3',
    )
    expect(title(null)).toBe('old words')
  })

  test('each line of its story is said from its codes', () => {
    expect(line({ did: 'opened', title: { what: 'appeal' } })).toBe('Eröffnet: Beschwerde gegen eine Entscheidung')
    expect(line({ did: 'decided', choice: 'remove' })).toBe('Entschieden: entfernen')
    expect(line({ did: 'answered', outcome: 'partly' })).toBe('Beschwerde: teilweise stattgegeben')
    expect(line({ did: 'skipped', reason: 'language' })).toBe('Übersprungen: liest diese Sprache nicht')
    expect(line({ did: 'handed', to: 'lead' })).toBe('An die Leitung gegeben')
    expect(line(null)).toBe('old words')
  })

  test('what a choice does names the account, where it is known', () => {
    expect(effectIn(t, { does: 'tell_person' }, '@kestrel')).toBe('@kestrel erfährt, warum')
    expect(effectIn(t, { does: 'limit', hours: 24 }, null)).toBe(
      'Nachrichten von diesem Konto sind 24 Stunden lang eingeschränkt',
    )
    expect(effectIn(t, { does: 'tell_reporters', count: 1 }, null)).toBe('die meldende Person erfährt davon')
  })

  test('facts of an account have words; what nobody has words for stays', () => {
    expect(factIn(t, { name: 'actor age', value: '90 d' })).toEqual(['Handelnde Person: Alter des Kontos', '90 T'])
    expect(factIn(t, { name: 'actor age band', value: 'adult' })).toEqual([
      'Handelnde Person: Altersgruppe',
      'erwachsen',
    ])
    expect(factIn(t, { name: 'actor mood', value: 'blue' })).toEqual(['actor mood', 'blue'])
  })
})
