/** How a match with a list of hashes is told. */
export const matchEn = {
  distance: (kind: string, bits: number) => (bits === 0 ? `${kind}, same` : `${kind}, ${bits} bits apart`),
  /** Of a listed video, and of the one that was sent; in percent. */
  shares: (listed: number, query: number) =>
    `${listed}% of the listed video is in this one, ${query}% of this one in it`,
  /** How the file lies compared with the listed picture. */
  variant: {
    original: 'lies like the listed one',
    turned_90: 'turned 90° clockwise',
    turned_180: 'turned 180°',
    turned_270: 'turned 90° anticlockwise',
    mirrored_x: 'mirrored top to bottom',
    mirrored_y: 'mirrored left to right',
    main_diagonal: 'mirrored along the falling diagonal',
    other_diagonal: 'mirrored along the rising diagonal',
  },
  of: { stored: 'as stored in the file', shown: 'as viewers show it' },
  ground: {
    dropped: 'hidden under transparency',
    white: 'transparent, on white',
    black: 'transparent, on black',
  },
  frame: (number: number) => `picture ${number} of the file`,
  at: (time: string, number: number) => `at ${time}, frame ${number}`,
  weak: 'too little in the picture to be sure',
  others: (count: number) => `${count} more ${count === 1 ? 'hash' : 'hashes'} of this file on the list`,
  blind: { featureless: 'a picture with too little in it to be found was looked up, too' },
}
