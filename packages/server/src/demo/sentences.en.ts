import { lines, type Templates } from './templates.ts'

export const english: Templates = {
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
    hurt you badly
    hit you
    hit you in the face
    beat you up
    break your nose
    break your things
    smash your windows
    come for you
    come to your house and hurt you
    hurt them all
    make you sorry
    make you suffer
    make you pay for it
    hurt everybody there
    hurt your family
    push you down the stairs`),
  otherActs: lines(`
    call you
    visit you
    help you
    thank you for the soup
    pick you up
    send you the photos
    bring a cake and tea
    come with a friend and sing
    come to your house and cook
    beat you at chess
    beat you to the finish
    find you a seat
    get you a ticket
    teach you to swim
    show you the lighthouse
    make you laugh
    make you a sandwich
    miss you
    pay for the coffee
    push you on the swing
    hit the road early
    break the record
    break the bread
    clean your windows
    hurt nobody with this joke
    meet everybody there
    feed your dog
    watch the game with you
    paint your house
    look after your family`),
  threats: lines(`
    I will hurt you {place} {time}
    I will hurt you {time}
    I am going to hurt you
    I am going to hurt you {place}
    {time} I will hurt you and your brother
    you are finished {time}
    you are going to get hurt {place}
    I will beat you up {place} {time}
    I am going to beat you until you cannot walk
    I swear I will hit you {place}
    I bring a stick and I will be {place} {time}
    I have a stick and I know where you live
    I know where you live and I will hurt you
    I will come to your house {time} and hurt you
    I will come to your house {time} and break everything
    I will find you {place} and you will not walk home
    you will not leave {place} in one piece
    you will not get home safe {time}
    nobody {place} will be safe from me {time}
    somebody is going to get hurt {place} {time}
    somebody will be hurt badly {place} {time}
    I will hit you {place}
    I am going to hurt everybody {place} {time}
    I will smash your windows {time}
    I will break everything you own {time}
    there will be trouble {place} {time} and you will be hurt
    I will trip you up {place}
    {time} I bring my friends {place} and you will get a beating
    watch your back {place}, I am coming for you {time}
    we are coming for you {time} and we will break your legs
    we will hurt your family if you talk
    your sister will be hurt if you do not listen
    say one more word and I will hurt you
    one more word and I hit you
    I will break your arm {place}
    I will make you cry {time}
    I will make you sorry {time}
    you will be sorry {time}, I will come to your house
    I will come for you {place} {time}
    we will come for you {place} {time}
    we are coming for you {time}
    nobody is safe from us {place} {time}
    you are not safe {place} {time}
    you are not safe from me
    I will hit you so hard {time}
    one more word and I will break your nose
    I will break your bike {time}
    I will smash your bike {place} {time}
    my brother and I will hurt you {place} {time}
    tell anybody and we will hurt you
    you will pay, I will find you {place}
    wait until I get you {place} {time}
    you will be sorry when I find you {place}
    you will pay for this {time}
    you will pay for what you did, I will see to it {time}
    I will knock you down {place}
    I will push you off the pier {time}
    I will throw you into the harbour {time}
    count your days, I will come for you and your brother
    do not come {place} {time} or you will get hurt
    if you come {place} {time} I will hurt you
    if you tell anybody I will hurt your sister
    if I see you {place} again I will beat you up
    I want to hurt them all {place} {time}
    I am going to hurt the people {place} {time}
    {time} everybody {place} will be sorry
    I will get you {place} {time}
    I will make your life miserable
    I will beat you black and blue {time}
    you deserve a beating and I will give it to you {time}
    they will find you beaten up {place}
    I will hunt you down and hurt you
    my friends and I will jump you {place} {time} and beat you
    you better run, I will hurt you badly
    I will punch your face {place} {time}
    be afraid {time}, I am coming with my brothers
    I will break your bones and nobody will know`),
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
    my feet hurt after that hill
    my back hurts today
    I could do with a coffee
    your song was a hit on stage {time}
    the queue {place} makes me cry
    that dinner was the best in years
    my phone fell down {place}
    the batteries are finished again
    we are so tired after the walk
    the plants will suffer if nobody waters them
    the film about the robbery was slow
    I am reading a detective story set {place}
    does it hurt when you walk?
    I hurt my knee {place} {time}
    did you get hurt when you fell {place}?
    nobody was hurt in the accident {place}
    he did not mean to hurt you
    I never want to hurt you
    I am sorry if I hurt you
    please do not hurt the bees
    drop me a message {time}
    the photo session is {place} {time}
    they make a film {place} {time}
    the fire brigade came {place} {time}
    we light a fire on the beach {time}
    the bread is ready, come quickly
    that bath salt smells of roses
    the goal was a great hit
    bring a stick and a board for the kites {time}
    who pays for the picnic {place}?
    you will regret missing the soup
    you will be sorry you missed the choir {time}
    watch your step {place}, it is slippery
    watch your head on the low door
    do not break anything {time}!
    I broke my arm {place}
    can you fix my broken bike {time}?
    the visiting team was beaten badly
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
