/** The pages of Settings and the act that opens each. The server decides; the console only hides. */
const needs = {
  people: 'people.read',
  connections: 'connections.read',
  keys: 'connections.read',
  lists: 'lists.read',
  rules: 'rules.read',
  retention: 'settings.read',
  log: 'log.read',
} as const

export type SettingsPage = keyof typeof needs

export const isSettingsPage = (name: string): name is SettingsPage => Object.hasOwn(needs, name)

/** The pages that somebody with these acts may open, in order. */
export function pagesFor(acts: readonly string[]): SettingsPage[] {
  return Object.keys(needs)
    .filter(isSettingsPage)
    .filter((page) => acts.includes(needs[page]))
}
