import type { matchEn } from './match.en.ts'

export const matchDe: typeof matchEn = {
  distance: (kind, bits) => (bits === 0 ? `${kind}, gleich` : `${kind}, ${bits} Bit Abstand`),
  shares: (listed, query) => `${listed} % des gelisteten Videos sind in diesem, ${query} % von diesem in jenem`,
  variant: {
    original: 'liegt wie das gelistete',
    turned_90: '90° im Uhrzeigersinn gedreht',
    turned_180: '180° gedreht',
    turned_270: '90° gegen den Uhrzeigersinn gedreht',
    mirrored_x: 'oben und unten vertauscht',
    mirrored_y: 'seitenverkehrt',
    main_diagonal: 'an der fallenden Diagonale gespiegelt',
    other_diagonal: 'an der steigenden Diagonale gespiegelt',
  },
  of: { stored: 'wie in der Datei gespeichert', shown: 'wie Betrachter es zeigen' },
  ground: {
    dropped: 'unter Transparenz verborgen',
    white: 'durchsichtig, auf Weiß',
    black: 'durchsichtig, auf Schwarz',
  },
  frame: (number) => `Bild ${number} der Datei`,
  at: (time, number) => `bei ${time}, Einzelbild ${number}`,
  weak: 'zu wenig im Bild, um sicher zu sein',
  others: (count) => `${count} ${count === 1 ? 'weiterer Hash' : 'weitere Hashes'} dieser Datei auf der Liste`,
  blind: { featureless: 'auch ein Bild wurde gesucht, in dem zu wenig ist, um es zu finden' },
}
