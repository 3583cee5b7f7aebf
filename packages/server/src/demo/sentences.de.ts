import { lines, type Templates } from './templates.ts'

export const german: Templates = {
  language: 'de',
  places: lines(`
    am Bahnhof
    am Hafen
    in der Schule
    vor der Bibliothek
    auf der Brücke
    auf dem Markt
    bei dir zu Hause
    im Park`),
  times: lines(`
    heute Abend
    morgen
    morgen früh
    um 21:30
    am Freitag
    nach der Schule
    am Wochenende
    bald`),
  openings: lines(`
    ich will
    ich werde
    wir werden
    warte nur, ich werde
    vielleicht werde ich`),
  threatActs: lines(`
    dich verprügeln
    dich schlagen
    dir weh tun
    dich fertigmachen
    dich finden und schlagen
    deine Sachen kaputt machen
    dir die Nase brechen
    dir das Leben schwer machen
    euch allen weh tun
    deiner Familie weh tun`),
  otherActs: lines(`
    dich anrufen
    dich besuchen
    dir helfen
    dir die Bilder schicken
    dich zum Essen einladen
    dich im Schach schlagen
    dein Haus streichen
    dir das Boot zeigen
    dir einen Kuchen backen
    euch alle treffen
    deine Sachen mitbringen
    dir die Arbeit leicht machen
    deiner Familie danken
    dich finden und abholen`),
  threats: lines(`
    ich werde dir {place} weh tun
    ich tue dir weh
    ich tue dir {time} weh
    wir tun dir {place} weh
    ich schlage dich {place} {time}
    wir schlagen dich {time}
    {time} schlage ich dich, du wirst es bereuen
    noch ein Wort und ich tue dir weh
    noch ein Wort und wir verprügeln dich
    wenn du etwas sagst, schlage ich dich
    wenn du redest, verprügeln wir deinen Bruder
    {time} gibt es Prügel, warte nur
    wir warten {place} auf dich, dann schlagen wir zu
    wir warten {time} auf dich und verprügeln dich
    du bist {place} nicht sicher vor mir
    niemand ist {time} vor uns sicher
    dann bist du {time} dran, ich finde dich
    {time} bist du dran
    du bist dran, wenn ich dich sehe
    du wirst es bereuen
    das wirst du {time} bereuen
    ich werde dich {place} verprügeln
    wir verprügeln dich {time} {place}
    ich habe einen Stock und warte {place}
    ich schlage dich
    ich weiß, wo du wohnst, und ich tue dir weh
    ich weiß, wo du wohnst, und schlage alles kaputt
    ich komme {time} zu dir und tue dir weh
    du kommst {place} nicht heil weg
    {time} wird jemand {place} verprügelt
    ich werde dich schlagen
    ich mache dein Rad kaputt und dann dich
    {time} gibt es {place} Prügel
    ich breche dir die Nase
    wir brechen dir {time} alle Knochen
    noch ein Wort und ich schlage zu
    wenn du redest, tue ich deiner Familie weh
    wenn du {time} kommst, verprügele ich dich
    ich schlage dich {time} zusammen
    niemand {place} ist {time} vor mir sicher
    ich mache dich fertig, du wirst weinen
    dafür wirst du {time} bezahlen
    du wirst dafür bezahlen, wir finden dich
    meine Freunde und ich warten {place} auf dich und tun dir weh
    ich werde dich verletzen
    ich will sie alle verletzen {time} {place}`),
  others: lines(`
    wir sehen uns {time} {place}
    treffen wir uns {time} {place}?
    ich warte {place} auf dich
    ich bringe {time} Kuchen mit
    ich bringe dich {time} zum Zug
    ich bringe dir das Buch {time}
    ich weiß, wo du wohnst, ich werfe den Brief ein
    ich komme {time} zu dir zum Essen
    wir schlagen euch {time} im Schach
    wir holen dich {time} ab
    ich bin sehr müde
    der Film war schrecklich langweilig
    mein Handy ist kaputt
    der Krimi spielt {place}
    tut es noch weh?
    ich habe mir {place} weh getan
    es tut mir leid
    niemand wurde verletzt
    mein Knie tut {time} noch weh
    die Tasse ist schon wieder kaputt
    wer bezahlt {time} die Pizza?
    wir haben das Spiel gewonnen, ihr seid {time} dran
    das Rad ist nach dem Rennen noch heil
    bringt einen Korb für das Brot mit
    wir machen {time} ein Feuer am Strand
    viel Glück {time}!
    ich habe mir das Bein gebrochen
    die Feuerwehr war {time} {place}
    hat jemand meinen Schlüssel gesehen?
    hat jemand die Fähre gesehen?
    wer weiß mehr über den Leuchtturm?
    wer kommt {time} mit?
    wir warten {place} auf euch
    du kommst doch {time}?
    dann finde ich dich {place} im Café
    warte nur, das Beste kommt {time}
    niemand war {time} {place}
    wann macht die Bibliothek auf?
    ich mag den Markt im Regen
    danke für den Tee
    vielen Dank für deine Hilfe
    guten Morgen zusammen
    gute Nacht und schlaf gut
    wie geht es dir?
    mir geht es gut, und dir?
    alles Gute zum Geburtstag
    das Wetter wird {time} schlecht
    es regnet {time}, nimm einen Mantel mit
    der Zug war wieder zu spät
    welcher Bus fährt zum Krankenhaus?
    die Suppe war versalzen
    schick mir bitte das Rezept
    schick mir die Bilder, wenn du kannst
    hast du {time} Zeit?
    ich kann {time} leider nicht
    gute Besserung
    deine Familie ist nett
    wie geht es deinen Kindern?
    die Katze schläft den ganzen Tag
    der Garten ist dieses Jahr schön
    ich verkaufe einen Tisch und vier Stühle
    kannst du mir {time} bei Mathe helfen?
    die Prüfung wird schwer
    ich habe die Prüfung bestanden
    das Konzert war schön
    der Rechner startet nicht mehr
    ich habe mein Passwort vergessen
    jemand hat {place} eine Tasche vergessen
    wenn du {time} kommst, bring einen Schirm mit
    das ist der letzte Tag der Ferien
    noch ein Wort zum Haushalt: ich bin dagegen
    das Spiel haben wir verloren
    du fehlst mir
    ja, gerne
    nein, danke
    das ist lustig`),
}
