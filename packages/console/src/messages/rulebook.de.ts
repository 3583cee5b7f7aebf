import { duration, type Units } from '../time.ts'
import type { rulebookEn } from './rulebook.en.ts'

const units: Units = { s: 's', min: 'min', h: 'h', d: 'T' }
const plural = new Intl.PluralRules('de')
const many = (count: number, one: string, other: string): string =>
  `${count} ${plural.select(count) === 'one' ? one : other}`
/** What is still missing is never told as less than it is. */
const upToMinute = (ms: number): number => Math.ceil(ms / 60_000) * 60_000
const anyOf = new Intl.ListFormat('de', { type: 'disjunction' })
const allOf = new Intl.ListFormat('de', { type: 'conjunction' })

const states = {
  draft: 'Entwurf',
  shadow: 'im Schatten',
  trial: 'im Versuch',
  live: 'in Kraft',
  retired: 'außer Kraft',
} as const

export const rulebookDe: typeof rulebookEn = {
  title: 'Regeln & Richtlinien',
  back: 'Regeln & Richtlinien',
  policies: 'Richtlinien',
  allRules: 'Alle Regeln',
  policyVersion: (version) => `Fassung ${version}`,
  dsaCategory: (name) => `DSA-Kategorie: ${name}`,
  noDsaCategory: 'Keine DSA-Kategorie: Solange Mitteilungen der EU eingeschaltet sind, darf keine Regel sie nennen.',
  dsaCategories: {
    ANIMAL_WELFARE: 'Tierwohl',
    CONSUMER_INFORMATION: 'Verbraucherinformation',
    CYBER_VIOLENCE: 'Gewalt im Netz',
    CYBER_VIOLENCE_AGAINST_WOMEN: 'Gewalt im Netz gegen Frauen',
    DATA_PROTECTION_AND_PRIVACY_VIOLATIONS: 'Datenschutz und Privatsphäre',
    ILLEGAL_OR_HARMFUL_SPEECH: 'rechtswidrige oder schädliche Äußerungen',
    INTELLECTUAL_PROPERTY_INFRINGEMENTS: 'geistiges Eigentum',
    NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS: 'gesellschaftliche Debatte oder Wahlen',
    OTHER_VIOLATION_TC: 'anderer Verstoß gegen die Bedingungen',
    PROTECTION_OF_MINORS: 'Schutz Minderjähriger',
    RISK_FOR_PUBLIC_SECURITY: 'Gefahr für die öffentliche Sicherheit',
    SCAMS_AND_FRAUD: 'Betrug',
    SELF_HARM: 'Selbstverletzung',
    UNSAFE_AND_PROHIBITED_PRODUCTS: 'unsichere oder verbotene Produkte',
    VIOLENCE: 'Gewalt',
  },
  noPolicyText: 'Diese Richtlinie hat noch keinen Text.',
  ruleCount: (count) => many(count, 'Regel', 'Regeln'),
  runs: (name, version) => `${name} ${version} ist in Kraft`,
  nothingRuns:
    'Kein Regelwerk ist in Kraft. Ereignisse werden vermerkt; nichts wird durch Regeln angehalten oder eingereiht.',
  operatorPuts: 'Das erste setzt der Betreiber in Kraft: lamplighter rules live DATEI',
  rules: 'Regeln',
  versions: 'Fassungen',
  versionOf: (name, version) => `${name} ${version}`,
  states,
  noRule: 'Keine geltende Regel beruft sich auf diese Richtlinie.',
  noSuchRule: 'In der geltenden Fassung gibt es keine Regel dieses Namens.',
  unreadable: 'Diese Software nimmt den Text dieser Fassung nicht mehr an; er steht hier, wie er war.',
  column: {
    rule: 'Regel',
    policy: 'Richtlinie',
    severity: 'Schwere',
    phase: 'Zeitpunkt',
    events: 'Ereignisse',
    effects: 'Bewirkt',
    unknown: 'Wenn unentschieden',
    day: 'Letzte 24 Std.',
    hits: (since) => (since === undefined ? 'Treffer' : `Treffer seit ${since}`),
    owner: 'Verantwortlich',
    changed: 'Zuletzt geändert',
    ownerChanged: 'Verantwortlich, zuletzt geändert',
    state: 'Zustand',
    version: 'Fassung',
    author: 'Von',
    handedIn: 'Eingereicht',
    live: 'In Kraft seit',
    breaker: 'Sicherung',
    harm: 'Schaden',
  },
  phase: { gate: 'vor der Zustellung', follow: 'nach der Zustellung' },
  grave: 'schwerster Schaden',
  ignore: 'nur vermerkt',
  day: (asked, fired, undecided, people) =>
    `${fired} von ${asked} ausgelöst, ${undecided} unentschieden, bei ${people} Konten`,
  dayNone: 'nichts beurteilt',
  dayMeans: 'Volle Stunden der letzten 24. Ein Konto zählt einmal je Stunde.',
  upheld: (upheld, decided, low, high) => `${upheld} von ${decided} bestätigt (${low} bis ${high})`,
  undecidedYet: (events) => `bei ${events} ausgelöst, noch über keines entschieden`,
  noHits: 'bei nichts ausgelöst',
  shared: (shared, events, rule) => `${shared} von ${events} auch durch ${rule} oder andere`,
  sharedOnly: (shared, events, rule) => `${shared} von ${events} auch durch ${rule}`,
  alone: 'keine andere Regel löste dabei aus',
  hitsMeans:
    'Treffer sind die der letzten 28 Tage, davon höchstens etwa die neuesten 5.000. Bestätigt: Menschen haben über diese Ereignisse entschieden; die Entscheidung gilt und verlangt etwas. In Klammern das 95-%-Intervall dieses Anteils.',
  changedBy: (version, by) => `in Fassung ${version}, von ${by}`,
  notKept: 'nicht aufbewahrt',
  acts: 'wirkt',
  breaker: {
    none: 'keine: die Regel lief nie im Schatten',
    below: (ceiling) => `löst aus ab mehr als ${ceiling} Mal je Stunde`,
    open: (since) => `ausgelöst seit ${since}: die Regel reiht nur ein`,
    openGrave: (since) => `ausgelöst seit ${since}: die Regel wirkt weiter, weil der Schaden schwer ist`,
  },
  paused: (until, by, reason) => `ruht bis ${until}, durch ${by}: ${reason}`,
  pausedShort: 'ruht',
  breakerShort: 'Sicherung ausgelöst',
  pause: 'Ruhen lassen',
  pauseOne: (rule) => `${rule} ruhen lassen`,
  pauseFor: 'Wie lange',
  pauseUntil: (until) => `Danach wirkt sie von selbst wieder: ${until}.`,
  pausedSpoken: 'Die Regel ruht. Was sie sagt, wird weiter gezählt.',
  resume: 'Fortsetzen',
  resumeOne: (rule) => `${rule} fortsetzen`,
  resumedSpoken: 'Die Regel wirkt wieder.',
  hours: (count) => many(count, 'Stunde', 'Stunden'),
  alerts: 'Was die Leitung wissen muss',
  noAlerts: 'Nichts in den letzten 7 Tagen.',
  alert: {
    paused: (rule) => `${rule} ruht, obwohl sie schwersten Schaden abwehrt`,
    breaker: (rule, words) => `Die Sicherung von ${rule} hat ausgelöst: ${words}`,
    switch: (id) => `Ende oder Überprüfung des Schalters ${id} ist vorbei: Er ist aus, siehe Einstellungen`,
  },
  tab: {
    label: 'Teile dieser Fassung',
    text: 'Text',
    changes: 'Was sie ändert',
    shadow: 'Schattenbericht',
    backtest: 'Rückblick',
    retro: 'Nachsuche',
    backfill: 'Zähler',
    history: 'Verlauf',
  },
  write: 'Neue Fassung',
  writeFrom: (name, version) => `Neue Fassung aus ${name} ${version}`,
  newTitle: (name) => `Neue Fassung von ${name}`,
  editor: {
    label: 'Text der Regeln',
    help: 'Tab verlässt das Textfeld. Strg+Leertaste schlägt Wörter vor, F8 geht zum nächsten Befund, Strg+] und Strg+[ rücken ein.',
    readHelp: 'Dieser Text steht fest: Entscheidungen berufen sich darauf. Eine Änderung ist eine neue Fassung.',
    cost: (count) => `höchstens ${many(count, 'Kosteneinheit', 'Kosteneinheiten')}`,
    checking: 'Wird geprüft',
    broken: 'Die Prüfung auf dieser Seite arbeitet nicht. Der Server prüft weiterhin, was eingereicht wird.',
    findings: 'Befunde',
    fine: 'Nichts zu beanstanden.',
    count: (errors, warnings) =>
      allOf.format(
        [errors > 0 ? `${errors} Fehler` : '', warnings > 0 ? many(warnings, 'Warnung', 'Warnungen') : ''].filter(
          Boolean,
        ),
      ),
    severity: { error: 'Fehler', warning: 'Warnung' },
    place: (line, column) => `Zeile ${line}, Spalte ${column}`,
    fix: (fix) => `Abhilfe: ${fix}`,
    format: 'Ordnen',
    formatted: 'Geordnet.',
    formatFirst: 'Ein unlesbarer Text wird nicht geordnet; beheben Sie erst die Befunde.',
    tabs: { label: 'Neben dem Text', findings: 'Befunde', tests: 'Tests', changes: 'Änderungen', form: 'Formular' },
    run: 'Tests ausführen',
    testsFirst: 'Tests laufen, sobald der Text keine Fehler hat.',
    testsNone: 'Die Datei hat keine Tests.',
    tests: (passed, failed) =>
      failed === 0
        ? `${many(passed, 'Test besteht', 'Tests bestehen')}.`
        : `${failed} von ${passed + failed} Tests scheitern.`,
    stale: 'Der Text hat sich seither geändert; führen Sie sie noch einmal aus.',
    passed: 'bestanden',
    failed: 'gescheitert',
    line: (line) => `Zeile ${line}`,
    coverage: (both, all) => `Fragen, die beide Antworten sahen: ${both} von ${all}.`,
    coverageMust: 'nötig, um in Kraft zu treten',
    neverTrue: 'nie wahr',
    neverFalse: 'nie falsch',
    handIn: 'Als Entwurf einreichen',
    handedIn: (name, version) => `${name} ${version} ist ein Entwurf.`,
    handInNeeds: 'Es fehlt noch:',
    missing: {
      errors: 'die Fehler beheben',
      tests: 'die Tests müssen bestehen',
      same: 'noch nichts ist geändert',
      checking: 'der Text wird geprüft',
    },
    startOver: 'Von vorn',
    startOverMeans: 'Verwirft, was Sie geschrieben haben, und beginnt mit dem geltenden Text.',
    kept: 'Das haben Sie zuvor geschrieben; nichts davon ist eingereicht.',
    noForm: 'Keine Regel hier lässt sich als Formular bearbeiten: dazu besteht „when“ nur aus Bedingungen mit „and“.',
    formRule: 'Regel',
    formMeans: 'Das Formular ändert den Text daneben und sonst nichts.',
    conditions: 'Wenn all das zutrifft',
    condition: (place) => `Bedingung ${place}`,
    conditionLeft: (place) => `Bedingung ${place}: was`,
    conditionIs: (place) => `Bedingung ${place}: wie verglichen`,
    conditionRight: (place) => `Bedingung ${place}: womit`,
    addCondition: 'Bedingung hinzufügen',
    newCondition: 'Neue Bedingung',
    removeCondition: (place) => `Wegnehmen: Bedingung ${place}`,
    takeAway: 'Wegnehmen',
    refused: 'Das ist nicht eine einzelne Bedingung; der Text bleibt, wie er ist.',
    relation: {
      '==': 'ist',
      '!=': 'ist nicht',
      '<': 'ist unter',
      '<=': 'ist höchstens',
      '>': 'ist über',
      '>=': 'ist mindestens',
    },
    clause: {
      harm: 'Schaden',
      policy: 'Richtlinie',
      severity: 'Schwere',
      phase: 'Zeitpunkt',
      because: 'Grund für Mitarbeitende',
    },
  },
  change: {
    none: 'Nichts weicht von der geltenden Fassung ab.',
    added: (rule, to) => `${rule} v${to} ist neu`,
    removed: (rule, from) => `${rule} v${from} fällt weg`,
    changed: (rule, from, to) => `${rule} v${from} → v${to}`,
    texts: (rule) => `${rule}: nur die Texte`,
    reset: (counter, what, warm) => `Zähler ${counter} beginnt neu (${what}); warm nach ${warm}`,
    begins: (counter, warm) => `Zähler ${counter} ist neu; warm nach ${warm}`,
    approvals: (count) =>
      count === 0
        ? 'Niemand sonst muss zustimmen.'
        : `${many(count, 'weitere Person muss', 'weitere Personen müssen')} zustimmen.`,
    because: (why) => `wegen: ${why}`,
  },
  report: {
    none: 'Sie lief noch nicht neben der geltenden Fassung. Im Schatten wird hier gezählt, was sie getan hätte.',
    since: (at) => `Neben der geltenden Fassung seit ${at}.`,
    enough: 'Sie wurde lange genug beobachtet.',
    noEvents: 'Noch kein Ereignis ihrer Arten wurde beurteilt.',
    rule: 'Regel',
    asked: 'Ereignisse',
    fired: 'Ausgelöst, neu',
    live: 'Geltende',
    both: 'Beide',
    onlyNew: 'Nur neu',
    onlyLive: 'Nur geltende',
    undecided: 'Unentschieden',
    people: 'Konten',
    perHour: 'Je Stunde, p99',
    opened: 'Es ist vermerkt, dass Sie diesen Bericht geöffnet haben: darauf ruht eine Zustimmung.',
    means: 'Ein Konto zählt einmal je Stunde. Ob ein Treffer richtig war, steht nicht in diesen Zahlen.',
  },
  backtest: {
    means:
      'Befragt diese Fassung zu vergangenen Ereignissen, soweit das Protokoll sie aufbewahrt: Tatsachen ohne Inhalt, höchstens 28 Tage. Niemandem geschieht dabei etwas.',
    archive:
      'Stattdessen lässt sich Ihr eigenes Archiv befragen: Es wird auf der Kommandozeile (lamplighter rules backtest … --upload DATEI) oder über die Schnittstelle übergeben.',
    source: { log: 'Aus dem Protokoll.', upload: 'Aus einem übergebenen Archiv.' },
    collecting: (taken, until) =>
      `${taken} Ereignisse sind übergeben; er beginnt, sobald es alle sind. Was bis ${until} nicht fertig ist, wird verworfen.`,
    late: (count) =>
      `${count} Ereignisse kamen im Archiv so spät, dass spätere schon beurteilt waren: Was sie zählen, ist unsicher.`,
    repeated: (count) => `${count} Ereignisse standen zweimal darin und wurden einmal beurteilt.`,
    sample: (percent, seed) =>
      `Nur ${percent} der Konten wurden angesehen, ausgewählt durch ${seed}. Keine Zahl ist hochgerechnet.`,
    notMeasured: 'Nicht gemessen, weil diese Regeln auch zählen, was andere tun:',
    span: 'Wie weit zurück',
    days: (count) => many(count, 'Tag', 'Tage'),
    start: 'Vergangenes befragen',
    started: 'Der Rückblick hat begonnen.',
    none: 'Diese Fassung wurde noch nicht zu Vergangenem befragt.',
    run: 'Rückblick',
    runOf: (at, by) => `${at}, von ${by}`,
    spanOf: (from, to, against) => `Ereignisse vom ${from} bis ${to}, neben ${against}.`,
    allOf: (to, against) => `Alle Ereignisse bis ${to}, neben ${against}.`,
    state: {
      collecting: 'nimmt Ereignisse an',
      waiting: 'wartet',
      running: 'läuft',
      done: 'fertig',
      cancelled: 'angehalten',
      parked: 'aufgegeben',
    },
    parked:
      'Das scheiterte und wurde aufgegeben. Der Betreiber findet den Grund im Protokoll des Servers; fragen Sie noch einmal, wenn er behoben ist.',
    cancelled: 'Er wurde angehalten. Was er bis dahin fand, ist fort.',
    progress: (done, total, perSecond) => `${done} von ${total} Ereignissen, ${perSecond} je Sekunde`,
    left: (time) => `noch ${time}`,
    stop: 'Anhalten',
    stopped: 'Angehalten.',
    sum: (measured, events, warmup) =>
      `${measured} von ${events} Ereignissen gemessen; die davor wärmen die Zähler (${warmup}).`,
    nothingMeasured:
      'Nichts wurde gemessen, also ist über keine Regel etwas gesagt. Nimm einen längeren Zeitraum: So viel davon müssen die Zähler zuerst sehen.',
    sumNoWarmup: (measured) => `${measured} Ereignisse gemessen.`,
    drift: (events, checked) =>
      `Nicht verlässlich: Noch einmal befragt, entscheidet, was damals lief, ${events} von ${checked} Ereignissen anders als damals.`,
    notChecked: 'Was damals lief, ist nicht bekannt; damit wurde nicht verglichen.',
    noDrift: (checked) => `Noch einmal befragt, entscheidet, was damals lief, alle ${checked} Ereignisse wie damals.`,
    unsure: (count) => `${count} wurden nicht verglichen: Ein Zähler hatte keine sichere Zahl.`,
    blind: (count) =>
      `Von ${count} Ereignissen ist nicht alles aufbewahrt, was diese Fassung fragt. Was fehlt, bleibt unentschieden:`,
    cold: (names) => `Ihre Fenster sind länger als sieben Tage, also bleiben sie unentschieden: ${names}.`,
    table: 'Was sie findet, je Regel',
    noRules: 'Keine Regel beider Fassungen sagt etwas zu diesen Ereignissen.',
    gone: 'gibt es nicht mehr',
    outcomes: 'Bestätigt, aufgehoben, offen',
    outcome: (upheld, overturned, open) => `${upheld}, ${overturned}, ${open}`,
    untold: (count) => `${count} kann niemand mehr zuordnen`,
    outcomesMean:
      'Was Menschen zu den Ereignissen entschieden, bei denen sie auslöst. Wo niemand hinsah, weiß niemand, ob sie recht hat.',
    differences: 'Worin sich beide unterscheiden',
    ruleOf: 'Regel',
    noDifferences: 'Beide sagen zu jedem Ereignis dasselbe.',
    new: 'neu gefunden',
    lost: 'nicht mehr gefunden',
    more: 'Mehr',
    answer: { yes: 'ja', no: 'nein', unknown: 'unbekannt' },
    opened: 'Dass Sie dieses Ergebnis geöffnet haben, ist vermerkt: Eine Zustimmung darf sich darauf stützen.',
    failed: { conflict: 'Die Fassung in Kraft liest andere Tatsachen; reichen Sie diese Datei neu ein.' },
  },
  backfill: {
    means:
      'Füllt die Zähler dieser Fassung aus dem offenen Abschnitt des Protokolls (höchstens 14 Tage), damit sie nicht ein ganzes Fenster lang warm werden müssen. Was das Protokoll nicht hat, davon behaupten sie nicht, es gesehen zu haben.',
    notCounted: 'Zähler dieser Fassung zählen nicht: Sie beginnen, wenn sie in den Schatten geht.',
    start: 'Zähler füllen',
    started: 'Das Füllen hat begonnen.',
    none: 'Die Zähler dieser Fassung wurden nicht aus dem Protokoll gefüllt.',
    run: 'Füllen',
    asks: (counters) => `Zähler: ${counters}.`,
    state: { waiting: 'wartet', running: 'läuft', done: 'fertig', cancelled: 'angehalten', parked: 'aufgegeben' },
    cancelled: 'Es wurde angehalten. Die Zähler werden weiter warm wie zuvor.',
    sum: (events) => `${events} Ereignisse des Protokolls wurden gelesen.`,
    table: 'Wie weit zurück die Zähler alles gesehen haben',
    counter: 'Zähler',
    since: 'Hat alles gesehen seit',
    warm: 'Warm ab',
    why: 'Weil',
    nothing: 'Kein Zähler war da, der sich füllen ließe.',
    limit: {
      window: 'In seinem Fenster fehlt nichts.',
      log: 'Das Protokoll beginnt dort.',
      gap: 'Das Protokoll hat dort eine Lücke: Es war aus, oder ein Abschnitt endete.',
      missing: 'Das Protokoll hat bis dahin nicht, wonach er bei Ereignissen fragt.',
      gone: 'Er zählte nicht mehr.',
    },
    failed: {
      conflict:
        'Ihre Zähler sind warm oder zählen nicht, oder die Fassung in Kraft liest andere Tatsachen: Sehen Sie noch einmal hin.',
      counter_not_logged: 'Das Protokoll behält nichts von dem, was diese Zähler zählen; sie werden durch Warten warm.',
    },
  },
  retro: {
    means:
      'Wendet diese Fassung auf vergangene Ereignisse an, so weit der offene Abschnitt des Protokolls zurückreicht (höchstens 14 Tage), und macht Fälle aus dem, was ihre Regeln finden. Sonst geschieht niemandem etwas, und über jeden Fall entscheidet ein Mensch. Es beginnt, wenn jemand anderes zugestimmt hat.',
    rules: 'Regeln',
    allRules: 'Alle, die einreihen',
    maxCases: 'Höchstens Fälle',
    noRules: 'Keine Regel dieser Fassung reiht ein; eine Nachsuche ergäbe keinen Fall.',
    propose: 'Nachsuche vorschlagen',
    proposed: 'Vorgeschlagen. Jemand anderes muss zustimmen.',
    none: 'Diese Fassung wurde nicht auf Vergangenes angewendet.',
    run: 'Nachsuche',
    asks: (from, to, rules, most) => `Ereignisse vom ${from} bis ${to}; Regeln: ${rules}; höchstens Fälle: ${most}.`,
    asksAll: (to, rules, most) => `Alle Ereignisse bis ${to}; Regeln: ${rules}; höchstens Fälle: ${most}.`,
    askedBy: (by, at) => `Vorgeschlagen von ${by}, ${at}:`,
    approvedBy: (by, at) => `Zugestimmt hat ${by}, ${at}.`,
    solo: 'solo: hier arbeitet nur ein Mensch',
    waits: 'Sie wartet, bis jemand anderes zustimmt.',
    approve: 'Zustimmen',
    approved: 'Zugestimmt. Sie beginnt.',
    state: {
      proposed: 'vorgeschlagen',
      collecting: 'nimmt Ereignisse an',
      waiting: 'wartet',
      running: 'läuft',
      done: 'fertig',
      cancelled: 'angehalten',
      parked: 'aufgegeben',
    },
    cancelled: 'Sie wurde angehalten. Fälle, die bis dahin entstanden, bleiben.',
    reaches: (since) => `Das Protokoll reicht zurück bis ${since}; davor lässt sich niemand wiederfinden.`,
    nothing: 'Das Protokoll hat keinen offenen Abschnitt; niemand lässt sich wiederfinden.',
    archive:
      'Um eine neue Liste in altem Inhalt zu suchen, wird Ihr eigenes Archiv übergeben, sobald jemand zugestimmt hat: auf der Kommandozeile (lamplighter rules retro … --upload DATEI) oder über die Schnittstelle.',
    begins: (since) => `Das Archiv beginnt am ${since}.`,
    broken: 'Der Abschnitt des Protokolls wurde inzwischen geschlossen: Der Rest blieb unbesehen.',
    sum: (measured, opened, joined) =>
      `${measured} Ereignisse angesehen. Eröffnete Fälle: ${opened}; zu offenen Fällen hinzugekommen: ${joined}.`,
    known: (count) => `Wiedergefunden und belassen, weil diese Regeln schon einen Fall daraus machten: ${count}.`,
    leftOut: (count) => `Gefunden, als es genug Fälle waren: ${count}.`,
    unnamed: (count) => `Gefunden, doch vermerkt, ehe das Protokoll sagte, wozu es gehört: ${count}.`,
    table: 'Was die Regeln fanden',
    fired: 'Gefunden',
    undecided: 'Unentschieden, kein Fall',
    noneFound: 'Keine Regel wurde gefragt.',
    cases: 'Fälle',
    caseOf: (rules, events) => `${rules}; Ereignisse: ${events}`,
    joined: 'war schon offen',
    failed: {
      conflict:
        'Es ist nicht mehr, was es war: Sehen Sie noch einmal hin. Liest die Fassung in Kraft andere Tatsachen, reichen Sie diese Datei neu ein.',
      second_person_required: 'Niemand stimmt dem eigenen Vorschlag zu; fragen Sie jemand anderen.',
    },
  },
  steps: 'Nächste Schritte',
  noSteps: 'Ihre Rolle liest diese Fassung und ändert nichts.',
  ready: 'Nichts fehlt.',
  missing: 'Es fehlt noch',
  step: {
    shadow: 'In den Schatten stellen',
    trial: 'An einem Teil erproben',
    live: 'In Kraft setzen',
    retire: 'Zurückziehen',
    approve: 'Zustimmen',
    rollback: 'Zurückkehren',
  },
  stepMeans: {
    shadow: 'Sie urteilt neben der geltenden Fassung; was sie täte, wird gezählt und nicht getan.',
    trial: 'Sie wirkt für einen Teil der Konten oder Räume; für die anderen wirkt die geltende.',
    live: 'Sie beurteilt von nun an jedes Ereignis.',
    retire: 'Sie macht einer anderen Fassung Platz. Ihr Text bleibt.',
    approve: 'Sie stimmen genau diesen Bytes zu.',
    rollback: 'Die Fassung davor urteilt wieder, sofort.',
  },
  stepDone: {
    shadow: 'Im Schatten.',
    trial: 'Im Versuch.',
    live: 'In Kraft.',
    retire: 'Zurückgezogen.',
    approve: 'Zugestimmt.',
    rollback: 'Zurückgekehrt.',
  },
  percent: 'Anteil in Prozent',
  shareOf: 'Wovon',
  shareBy: { 'actor.id': 'Konten', 'room.id': 'Räume' },
  reason: 'Grund, für das öffentliche Protokoll: kein Name, kein Inhalt',
  expedite: 'Ohne Zeit im Schatten: eine Zustimmung mehr, und ein Fall prüft es binnen 72 Std.',
  cold: 'Obwohl Zähler noch kein volles Fenster sahen: was allein dadurch unentschieden ist, bleibt ohne Wirkung',
  note: 'Notiz',
  hash: 'Prüfsumme',
  share: (percent, by) => `${percent} % der ${by}`,
  approvals: (given, needed) => `${given} von ${needed} Zustimmungen`,
  approvedBy: (by, roles, at) => `${by} (${roles}), ${at}`,
  noApprovals: 'Noch hat niemand zugestimmt.',
  history: {
    none: 'Was mit dieser Fassung geschieht, steht dann hier.',
    op: {
      uploaded: 'eingereicht',
      approved: 'zugestimmt',
      shadow: 'in den Schatten gestellt',
      trial: 'in den Versuch gestellt',
      live: 'in Kraft gesetzt',
      rollback: 'durch Zurückkehren wieder in Kraft',
      retired: 'zurückgezogen',
      paused: 'Regel ruht',
      resumed: 'Regel fortgesetzt',
      retro: 'Nachsuche zugestimmt',
    },
    solo: 'solo: weniger stimmten zu, als die Änderungen verlangen',
  },
  need: (need) => {
    const { names = [], ms = 0, events = 0, given = 0, needed = 0, guard = false, from = [] } = need.facts ?? {}
    switch (need.code) {
      case 'stale_revision':
        return 'sie hat sich seit dem Lesen geändert'
      case 'wrong_state':
        return `erwartet: ${anyOf.format(from.map((state) => states[state]))}`
      case 'not_author':
        return 'nur wer sie schrieb, stellt sie in den Schatten'
      case 'own_version':
        return 'niemand stimmt der eigenen Fassung zu; fragen Sie jemand anderen'
      case 'taken':
        return `${names[0] ?? 'eine andere Fassung'} läuft neben der geltenden; ziehen Sie sie erst zurück`
      case 'other_schema':
        return 'die geltende Fassung liest andere Tatsachen; reichen Sie diese Datei noch einmal ein'
      case 'shadow_short':
        return `mehr Zeit im Schatten: ${allOf.format(
          [
            ms > 0 ? duration(upToMinute(ms), units) : '',
            events > 0 ? many(events, 'Ereignis', 'Ereignisse') : '',
          ].filter(Boolean),
        )}`
      case 'approvals':
        return given >= needed
          ? 'eine Zustimmung von Kinderschutz oder Recht'
          : `Zustimmungen: ${given} von ${needed}${guard ? ', eine von Kinderschutz oder Recht' : ''}`
      case 'coverage':
        return `Tests, die diese Fragen auf beide Weise beantworten: ${names.join(', ')}`
      case 'trial_forbidden':
        return `Schutz vor schwerstem Schaden wird niemandem zufällig vorenthalten: ${names.join(', ')}`
      case 'counter_cold':
        return `diese Zähler sahen noch kein volles Fenster: ${names.join(', ')}`
      case 'no_model':
        return `diese Lerner haben hier kein Modell, jeder Text bliebe also unentschieden: ${names.join(', ')}`
      case 'nothing_before':
        return 'davor war nichts in Kraft'
      case 'report_unopened':
        return 'öffnen Sie erst den Schattenbericht'
      default:
        return need.detail
    }
  },
  failed: {
    stale_revision: 'Es hat sich geändert, während Sie es ansahen. Sehen Sie noch einmal hin.',
    conflict: 'Eine andere Fassung trat in Kraft, oder diese Nummer ist vergeben. Sehen Sie noch einmal hin.',
    needs_unmet: 'Es fehlt noch etwas.',
    rules_refused: 'Der Server nimmt diesen Text nicht an.',
  },
}
