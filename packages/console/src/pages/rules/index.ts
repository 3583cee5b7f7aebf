/** What is fetched when somebody opens Rules & policies; the editor is fetched when it is on screen. */
export { NewVersion } from './NewVersion.tsx'
export { Rule } from './Rule.tsx'
export { Rules } from './Rules.tsx'
export { Version } from './Version.tsx'
