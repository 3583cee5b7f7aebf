/** The words of Settings → Switches. */
export const switchesEn = {
  words: 'While a switch is off, private content is not measured there.',
  names: {
    'eu.private_scan': 'European Union',
    'uk.private_scan': 'United Kingdom',
    'us.private_scan': 'United States',
  },
  states: {
    off: 'off',
    on: 'on',
    not_yet: 'off, not begun',
    ended: 'off, ended',
    review_due: 'off, review due',
  },
  law: 'Law',
  from: 'From',
  until: 'Until',
  review: 'Review by',
  who: 'Who',
  changed: 'Changed',
  proposed: (by: string, state: string) => `${by} asks for: ${state}`,
  approve: 'Agree',
  withdraw: 'Withdraw',
  ask: 'Ask for a change',
  asked: 'Somebody else has to agree.',
  reasonHelp: 'It is public: no name, no content.',
}
