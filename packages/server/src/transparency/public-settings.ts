/**
 * Settings whose changes everyone may read: waivers of a second person, switches, retention, the ledger's schedule and quorum.
 * A name that ends in a dot stands for all that begin with it.
 */
const PUBLIC_SETTINGS: readonly string[] = [
  'second-person.',
  'autoRefer',
  'switch.',
  'retention.',
  'ledger.every',
  'ledger.quorum',
]

export function isPublicSetting(name: string): boolean {
  return PUBLIC_SETTINGS.some((known) => (known.endsWith('.') ? name.startsWith(known) : name === known))
}
