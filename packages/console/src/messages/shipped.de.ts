import type { Shipped } from './said.ts'

/**
 * Sätze, die Lamplighter selbst mitbringt: von Regeln, Richtlinien, Gründen und Behörden. `{name}` steht für das, was der Server dort einsetzt.
 * Was der Betreiber anders geschrieben hat, steht nicht hier und bleibt so, wie er es schrieb.
 */
export const shippedDe: Shipped = [
  // Richtlinien und ihre Gründe
  ['Child sexual abuse material', 'Missbrauchsdarstellungen'],
  ['known material, matched by a list', 'bekanntes Material, von einer Liste erkannt'],
  ['seen by a person', 'von einem Menschen gesehen'],
  ['Unwanted contact with children', 'Unerwünschte Annäherung an Kinder'],
  ['asked to meet alone', 'wollte ein Treffen zu zweit'],
  ['asked for secrecy', 'verlangte Heimlichkeit'],
  ['contacted many young people', 'schrieb viele junge Menschen an'],
  ['Child abuse in encrypted messages', 'Kindesmissbrauch, verschlüsselt'],
  ['material that shows abuse', 'Material, das Missbrauch zeigt'],
  ['messages that endanger a child', 'Nachrichten, die ein Kind gefährden'],
  ['Support of terrorism', 'Unterstützung von Terrorismus'],
  ['propaganda', 'Propaganda'],
  ['recruiting', 'Anwerbung'],
  ['Threat to life', 'Lebensgefahr'],
  ['threat against a person', 'Drohung gegen einen Menschen'],
  ['plan to hurt somebody', 'Plan, jemanden zu verletzen'],
  ['Self-harm and suicide', 'Selbstverletzung und Suizid'],
  ['encourages self-harm', 'ermuntert zur Selbstverletzung'],
  ['help was offered', 'Hilfe wurde angeboten'],
  ['Blackmail with intimate images', 'Erpressung mit intimen Bildern'],
  ['asked for money or acts', 'verlangte Geld oder Handlungen'],
  ['shared without consent', 'ohne Einwilligung weitergegeben'],
  ['Harassment', 'Belästigung'],
  ['insults', 'Beleidigungen'],
  ['repeated unwanted contact', 'wiederholter unerwünschter Kontakt'],
  ['Fraud and harmful links', 'Betrug und schädliche Links'],
  ['link to a known page', 'Link auf eine bekannte Seite'],
  ['a fraud scheme', 'eine Betrugsmasche'],
  ['bulk sending', 'Massenversand'],
  // Sätze der mitgelieferten Regeln
  [
    '{media.id} from {actor.id} matches a list of known abuse material',
    '{media.id} von {actor.id} steht auf einer Liste bekannten Missbrauchsmaterials',
  ],
  [
    'Known propaganda media, or an outbound link beside a listed name',
    'Bekannte Propaganda, oder ein Link nach außen neben einem gelisteten Namen',
  ],
  [
    'Telling now could prejudice a terrorism investigation',
    'Eine Mitteilung könnte jetzt eine Ermittlung wegen Terrorismus gefährden',
  ],
  [
    '{actor.id} started contact with {minors_contacted} different minors in 24 hours',
    '{actor.id} nahm binnen 24 Stunden Kontakt zu {minors_contacted} verschiedenen Minderjährigen auf',
  ],
  [
    'Threat score {threat}; names a place: {names_place}; names a time: {names_time}',
    'Bedrohlichkeit {threat}; nennt einen Ort: {names_place}; nennt eine Zeit: {names_time}',
  ],
  [
    'Words of a threat; names a place: {names_place}; names a time: {names_time}',
    'Worte einer Drohung; nennt einen Ort: {names_place}; nennt eine Zeit: {names_time}',
  ],
  [
    '{verified_reporters} people sent proven messages from {target.id}',
    '{verified_reporters} Menschen schickten bewiesene Nachrichten von {target.id}',
  ],
  [
    '{links_sent} links in 10 minutes from an account {actor.age} old',
    '{links_sent} Links in 10 Minuten von einem Konto, das {actor.age} alt ist',
  ],
  ['{actor.id} wrote words of blackmail to {target.id}', '{actor.id} schrieb {target.id} Worte einer Erpressung'],
  [
    '{actor.id}, an adult, asks the minor {target.id} to meet',
    '{actor.id}, erwachsen, will sich mit {target.id}, minderjährig, treffen',
  ],
  ['{actor.id} sent a link to a listed domain', '{actor.id} schickte einen Link auf eine gelistete Domain'],
  ['Report {report.id} says that a life is at risk', 'Die Meldung {report.id} besagt, dass ein Leben in Gefahr ist'],
  // Behörden
  [
    'NCMEC, the National Center for Missing & Exploited Children (United States)',
    'NCMEC, das National Center for Missing & Exploited Children (USA)',
  ],
  ['the National Crime Agency (United Kingdom)', 'die National Crime Agency (Vereinigtes Königreich)'],
  [
    'the authority that Article 18 of the Digital Services Act names',
    'die Behörde nach Artikel 18 des Gesetzes über digitale Dienste',
  ],
  ['the Canadian Centre for Child Protection', 'das Canadian Centre for Child Protection (Kanada)'],
  ['the police (Canada)', 'die Polizei (Kanada)'],
  [
    'the Australian Centre to Counter Child Exploitation',
    'das Australian Centre to Counter Child Exploitation (Australien)',
  ],
  // Was Tatsachen und Zeichen eines Falls sagen
  ['reporter {number}', 'meldende Person {number}'],
  ['a sealed list, version {version}', 'eine versiegelte Liste, Version {version}'],
  [
    '{list}, version {version}, term {term} of severity {severity}',
    '{list}, Version {version}, Begriff {term}, Schwere {severity}',
  ],
  ['{list}, version {version}, term {term}', '{list}, Version {version}, Begriff {term}'],
  ['{list}, version {version}', '{list}, Version {version}'],
  ['looking back, with version {version} of {list}', 'im Rückblick, mit Version {version} von {list}'],
  ['nobody known', 'niemand Bekanntes'],
]
