/*
 * Made-up sentences from which the demo trains its learner: mild, invented, of nobody. `{place}` and `{time}` stand for a place and a time, in
 * both labels alike, so that no model learns those instead of what is said. They show how a learner works, and are no base for a real one.
 */

export interface Templates {
  readonly language: 'en' | 'de'
  readonly places: readonly string[]
  readonly times: readonly string[]
  /** Beginnings that go with both. */
  readonly openings: readonly string[]
  readonly threatActs: readonly string[]
  readonly otherActs: readonly string[]
  /** Sentences that threaten somebody. */
  readonly threats: readonly string[]
  /** Sentences that do not, many with the same words. */
  readonly others: readonly string[]
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const english: Templates = {
  language: 'en',
  places: lines(`
    at the station
    at the harbour
    at school
    in front of the library
    on the bridge
    at the market
    at your house
    in the park
    behind the boathouse
    at the bus stop`),
  times: lines(`
    tonight
    tomorrow
    tomorrow morning
    at noon
    on friday
    at 9 pm
    after school
    at 21:30
    this weekend
    soon`),
  openings: lines(`
    I will
    I'll
    I am going to
    I'm gonna
    we will
    I want to
    I could
    maybe I
    my brother will
    wait and see, I will`),
  threatActs: lines(`
    hurt you
    kill you
    stab you
    shoot you
    beat you up
    break your legs
    burn your house down
    bring a gun and shoot them all
    come with a knife and stab you
    blow up the place with a bomb
    make you bleed
    make you suffer
    kill everybody there
    hurt your family
    murder you
    attack you with a knife`),
  otherActs: lines(`
    call you
    visit you
    help you
    thank you for the soup
    pick you up
    send you the photos
    bring a cake and tea
    come with a friend and sing
    beat you at chess
    beat you to the finish
    find you a seat
    get you a ticket
    teach you to swim
    show you the lighthouse
    make you laugh
    make you a sandwich
    miss you
    kill time with a book
    shoot some photos
    bring a knife for the bread
    break the record
    burn some wood for the fire
    hurt nobody with this joke
    meet everybody there
    feed your dog
    watch the game with you
    paint your house
    look after your family`),
  threats: lines(`
    I will hurt you {place} {time}
    I will kill you {time}
    I am going to kill you
    I am going to hurt you {place}
    {time} I will hurt you and your brother
    you are dead {time}
    you are going to die {place}
    I will beat you up {place} {time}
    I am going to beat you until you cannot walk
    I swear I will stab you {place}
    I have a knife and I will be {place} {time}
    I have a gun and I know where you live
    I know where you live and I will hurt you
    I will come to your house {time} and hurt you
    I will find you {place} and you will not walk home
    you will not leave {place} alive
    you will not see the next week
    nobody {place} will be safe from me {time}
    somebody is going to get hurt {place} {time}
    somebody will die {place} {time}
    I will shoot you {place}
    I am going to shoot everybody {place} {time}
    I will set your house on fire {time}
    I will burn it down {time} with everybody inside
    there will be a bomb {place} {time}
    I put a bomb {place}
    {time} I bring a knife {place} and you will bleed
    watch your back {place}, I am coming for you {time}
    we are coming for you {time} and we will break your legs
    we will hurt your family if you talk
    your children will be hurt if you do not listen
    say one more word and I will hurt you
    one more word and you are dead
    I will break your arm {place}
    I will break every bone in your body
    I will make you bleed {time}
    you will pay for this with your life
    this is your last day, I will see to it {time}
    I will choke you {place}
    I will push you off the bridge {time}
    I will run you over with my car {time}
    count your days, I will kill you and your dog
    do not come {place} {time} or you will get hurt
    if you come {place} {time} I will kill you
    if you tell anybody I will hurt your sister
    if I see you {place} again you are dead
    I want to hurt them all {place} {time}
    I am going to attack the people {place} {time}
    {time} everybody {place} will die
    I will end you {place} {time}
    I will end your life
    I will murder you {time}
    you deserve to die and I will do it {time}
    they will find you dead {place}
    I will hunt you down and hurt you
    my friends and I will jump you {place} {time} and beat you
    you better run, I will hurt you badly
    I will smash your face {place} {time}
    be afraid {time}, I am coming with a knife
    I will poison you and nobody will know`),
  others: lines(`
    see you {place} {time}
    meet me {place} {time}
    I will wait for you {place} {time}
    I will find you {place} after the concert
    I will bring bread and cheese {time}
    I will call you {time}
    I will come to your house {time} with the cake
    I know where you live, shall I drop the parcel off {time}?
    we are coming to pick you up {time}
    we will beat you at chess {time}
    you beat me at cards again {time}
    our team will beat yours {place} {time}
    this hill is killing me
    my back is killing me today
    I could kill for a coffee
    you killed it on stage {time}
    the queue {place} is killing me
    that dinner was to die for
    my phone died {place}
    the batteries are dead again
    we are dead tired after the walk
    the plants will die if nobody waters them
    the film about the murder was slow
    I am reading a murder story set {place}
    does it hurt when you walk?
    I hurt my knee {place} {time}
    did you get hurt when you fell {place}?
    nobody was hurt in the accident {place}
    he did not mean to hurt you
    I never want to hurt you
    I am sorry if I hurt you
    please do not hurt the bees
    shoot me a message {time}
    the photo shoot is {place} {time}
    they shoot a film {place} {time}
    the fire brigade came {place} {time}
    we light a fire on the beach {time}
    the bread is burning, come quickly
    that bath bomb smells of roses
    the goal was a bomb
    bring a knife and a board for the cheese {time}
    who has a bread knife for the picnic {place}?
    you will regret missing the soup
    you will be sorry you missed the choir {time}
    watch your step {place}, it is slippery
    watch your head on the low door
    break a leg {time}!
    I broke my arm {place}
    can you fix my broken bike {time}?
    the attack of the visiting team was weak
    is it safe to swim {place}?
    stay safe and see you {time}
    the police were {place} {time}, does anybody know why?
    the news said there was a threat {place}
    he said he would hurt me, what should I do?
    I am afraid of the dark {place}
    do not be afraid, it is only the fog
    are you coming {place} {time}?
    do not come {place} {time}, it is closed
    if you come {place} {time} bring an umbrella
    if you see my cat {place} please call me
    tell your sister that I said hello
    how are your children?
    your family is lovely
    how is your brother?
    happy birthday to you and your dog
    have a nice day everybody
    good morning everybody
    good night and sleep well
    thank you for the tea
    thank you so much for your help {place}
    has anybody seen my keys?
    has anybody seen the ferry {time}?
    who knows more about the lighthouse?
    who knows when the library opens {time}?
    I love the bakery in the rain
    I love this song so much
    today I walked past the new pier with the children
    nobody talks about the fog any more
    nobody came {place} {time}
    a question about the choir: when do we sing?
    we should meet {place} next week
    let us meet {place} {time} for lunch
    what is for lunch {time}?
    the soup was too salty again
    can you send me the recipe?
    send me the photos when you can
    please send me the address {time}
    the weather will be bad {time}
    it will rain {time}, take a coat
    the train was late again {place}
    which bus goes to the hospital?
    the market opens {time}
    the tickets are sold out
    I have two tickets for {time}, who wants one?
    do you want to play football {place} {time}?
    who wins the game {time}?
    we lost the game but it was fun
    that was a great game
    my homework is not done
    the teacher was nice today
    can you help me with maths {time}?
    the exam {time} will be hard
    I passed the exam!
    how was your first day at work?
    the meeting is {place} {time}
    I cannot come {time}, I am ill
    get well soon
    my daughter is ill, we stay at home
    the doctor can see you {time}
    I am looking for a flat near the harbour
    does anybody sell a used bicycle?
    I sell a table and four chairs
    the cat sleeps all day
    what a beautiful dog you have
    the garden looks wonderful this year
    I planted tomatoes behind the house
    what are you doing {time}?
    what are you up to?
    how are you?
    I am fine, thank you, and you?
    ok
    yes, why not
    no, sorry, I have no time {time}
    maybe later
    I do not know what you mean
    that is funny
    you are so kind
    you are the best
    you are late again
    I miss you
    I will miss you when you leave
    I am proud of you
    did you read the book that I gave you?
    this book is about the history of the town
    the museum shows old ships {time}
    the concert was loud and wonderful
    the computer does not start any more
    I forgot my password again
    how do I change my profile picture?
    the app is slow today
    is the internet down {place}?
    we need more volunteers {place} {time}
    the children paint the wall {place}
    somebody left a bag {place}
    somebody lost a glove {place}
    somebody will bring the chairs {time}
    everybody brings something to eat {time}
    one more cup of tea?
    one more week until the holidays
    this is your last day here, we will miss you
    this is the last ferry {time}
    my friends and I go to the beach {time}
    can my brother come along {time}?
    how much is a ticket to the island?
    the water is cold but clear
    it is so quiet here {time}
    why is the road closed?
    they build a new school next year
    I vote for the green one
    I do not agree with you, but I see your point
    that is a bad idea
    you are wrong about the budget
    the council decides {time}
    free coffee {place} {time}
    look at https://harbour.example/news {time}
    @kestrel are you there?
    my number has changed to 555
    it costs 20 or 30 in the shop
    we drive to the mountains {time}
    the sun is out, finally!
    what time is it?
    come alone or bring your friends, as you like
    you can bring a friend {time}
    do not tell her, it is a surprise for her birthday
    the surprise party is {place} {time}`),
}

const german: Templates = {
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
    dich umbringen
    dich verprügeln
    dir weh tun
    dich abstechen
    dich erschießen
    dein Haus anzünden
    dir die Beine brechen
    euch alle töten`),
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
    die Zeit totschlagen
    das Feuer anzünden`),
  threats: lines(`
    ich werde dir {place} weh tun
    ich bringe dich um
    ich bringe dich {time} um
    {time} bist du tot
    du bist tot, wenn ich dich sehe
    du wirst sterben
    ich werde dich {place} verprügeln
    wir verprügeln dich {time} {place}
    ich habe ein Messer und warte {place}
    ich steche dich ab
    ich weiß, wo du wohnst, und ich tue dir weh
    ich komme {time} zu dir und tue dir weh
    du kommst {place} nicht lebend weg
    {time} stirbt jemand {place}
    ich werde dich erschießen
    ich zünde dein Haus an
    {time} liegt {place} eine Bombe
    ich breche dir die Beine
    wir brechen dir {time} alle Knochen
    noch ein Wort und du bist tot
    wenn du redest, tue ich deiner Familie weh
    wenn du {time} kommst, bringe ich dich um
    ich schlage dich {time} zusammen
    niemand {place} ist {time} vor mir sicher
    ich mache dich fertig, du wirst bluten
    ich werde dich umbringen
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
    ich bin todmüde
    der Film war zum Sterben langweilig
    mein Handy ist tot
    der Krimi spielt {place}
    tut es noch weh?
    ich habe mir {place} weh getan
    es tut mir leid
    niemand wurde verletzt
    bringt ein Messer für das Brot mit
    wir machen {time} ein Feuer am Strand
    Hals- und Beinbruch {time}!
    ich habe mir das Bein gebrochen
    die Feuerwehr war {time} {place}
    hat jemand meinen Schlüssel gesehen?
    hat jemand die Fähre gesehen?
    wer weiß mehr über den Leuchtturm?
    wer kommt {time} mit?
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

export const TEMPLATES: readonly Templates[] = [english, german]
