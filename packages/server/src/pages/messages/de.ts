import type { Messages } from './type.ts'

export const de: Messages = {
  language: 'de',
  name: 'Deutsch',
  direction: 'ltr',
  leave: 'Schnell verlassen',
  languages: 'Sprachen',
  nothing: {
    title: 'Hier ist nichts',
    text: 'Dieser Link öffnet nichts. Vielleicht wurde er schon benutzt, oder seine Zeit ist abgelaufen.',
  },
  notice: {
    title: 'Eine Entscheidung, die Sie betrifft',
    decidedOn: (date) => `Entschieden am ${date}.`,
    what: 'Was entschieden wurde',
    effects: {
      remove: 'Was Sie gesendet haben, wurde entfernt.',
      warn: 'Dies ist eine Verwarnung; sonst geschieht nichts.',
      limit: 'Sie können eine Zeit lang nur eingeschränkt schreiben.',
      suspend: 'Ihr Konto ist gesperrt.',
    },
    why: 'Warum',
    facts: 'Tatsachen',
    rule: 'Regel',
    statement: 'Unsere Begründung',
    who: 'Wer entschieden hat',
    byMachine: 'Eine Maschine hat entschieden, nach einer Regel, für die ein Mensch einsteht.',
    byPerson: 'Ein Mensch hat entschieden.',
    foundBy: {
      machine: 'Eine Maschine hat es gefunden.',
      report: 'Jemand hat es gemeldet.',
      person: 'Jemand von unserem Personal hat es gefunden.',
    },
    where: 'Wo und wie lange',
    onPlatform: (platform) => `Es gilt auf ${platform}.`,
    until: (date) => `Es endet am ${date}.`,
    noEnd: 'Es hat kein Enddatum.',
    withdrawn: 'Diese Entscheidung wurde zurückgenommen. Sie gilt nicht mehr.',
    disagree: 'Wenn Sie nicht einverstanden sind',
    appealBy: (date) =>
      `Sie können bis ${date} Beschwerde einlegen. Das kostet nichts. Jemand, der an der Entscheidung nicht beteiligt war, sieht sie sich an.`,
    appealOver: (date) => `Die Frist für eine Beschwerde endete am ${date}.`,
    appealLink: 'Beschwerde einlegen',
    outOfCourt:
      'Sie können sich auch an eine zugelassene außergerichtliche Streitbeilegungsstelle wenden, wo das Recht Ihres Landes eine vorsieht.',
    court: 'Sie können jederzeit vor Gericht gehen.',
    receipt: 'Quittung',
    receiptText: (start) =>
      `Diese Entscheidung steht in einem öffentlichen Protokoll, das niemand unbemerkt ändern kann. Ihr Eintrag beginnt mit ${start}.`,
    download: 'Quittung herunterladen',
  },
  appeal: {
    title: 'Beschwerde',
    text: 'Sagen Sie uns, warum die Entscheidung falsch ist',
    someoneElse:
      'Jemand, der an der Entscheidung nicht beteiligt war, liest, was Sie schreiben. Das kann einige Tage dauern.',
    send: 'Beschwerde senden',
    back: 'Zurück',
    empty: 'Bitte schreiben Sie mindestens einen Satz.',
    tooLong: 'Bitte schreiben Sie höchstens 8.000 Zeichen.',
    again: 'Dieses Formular wurde schon benutzt oder ist zu alt. Bitte senden Sie es noch einmal.',
    received: (date) => `Wir haben Ihre Beschwerde am ${date} erhalten.`,
    waiting:
      'Sie wartet auf jemanden, der an der Entscheidung nicht beteiligt war. Die Antwort lesen Sie auf dieser Seite.',
    yours: 'Was Sie geschrieben haben',
    decided: (date) => `Über Ihre Beschwerde wurde am ${date} entschieden.`,
    outcome: {
      upheld: 'Die Entscheidung bleibt.',
      partly: 'Die Entscheidung wurde teilweise geändert.',
      reversed: 'Die Entscheidung wurde aufgehoben. Ihre Folgen werden rückgängig gemacht.',
    },
    reasons: 'Warum',
    toNotice: 'Die Entscheidung',
  },
  privacy: {
    title: 'Datenschutz',
    intro: (platform) =>
      `${platform} nutzt Lamplighter, um die Menschen dort zu schützen. Diese Seite entsteht aus den Einstellungen: Sie sagt, was gespeichert wird und wie lange.`,
    whatAndLong: 'Was gespeichert wird, warum und wie lange',
    category: {
      reports: 'Meldungen',
      cases: 'Fälle und Entscheidungen',
      notices: 'Mitteilungen und Beschwerden',
      deliveries: 'Nachrichten an die Plattform',
      ledger: 'Öffentliches Protokoll',
      staff: 'Zugang des Personals',
      media: 'Bilder und Dateien',
      operation: 'Betrieb des Dienstes',
    },
    purpose: {
      reports: 'Um Meldungen anzusehen und zu beantworten.',
      cases: 'Um zu entscheiden und Entscheidungen erklären zu können.',
      notices: 'Um Betroffene zu unterrichten und anzuhören.',
      deliveries: 'Damit Entscheidungen ausgeführt werden.',
      ledger: 'Damit alle prüfen können, dass nichts geändert wurde. Es enthält keine Namen und keine Inhalte.',
      staff: 'Um zu wissen, wer vom Personal was getan hat.',
      media: 'Um bekanntes illegales Material zu erkennen und Beweise zu sichern.',
      operation: 'Technische Daten ohne Inhalt.',
    },
    kept: (days) => `${days}, dann gelöscht`,
    keptOpen: 'bis der Zweck endet',
    never: 'bleibt',
    law: 'Recht',
    lawText:
      'Soweit anwendbar: Verordnung (EU) 2022/2065 (Gesetz über digitale Dienste), Artikel 14 bis 17 und 20; Verordnung (EU) 2016/679 (DSGVO), Artikel 6 Absatz 1 Buchstaben c und f.',
    rights: 'Ihre Rechte',
    rightsText: (contact) =>
      `Sie können erfahren, was über Sie gespeichert ist, und es berichtigen oder löschen lassen, wo kein Gesetz verlangt, dass es bleibt. Schreiben Sie an ${contact}.`,
    holds: 'Eine gesetzliche Pflicht, etwas aufzubewahren, geht diesen Zahlen vor. Auch sie hat ein Enddatum.',
    encrypted:
      'Ende-zu-Ende-verschlüsselte Nachrichten werden nie gelesen. Was niemandem auffiel, wird nicht gespeichert.',
  },
}
