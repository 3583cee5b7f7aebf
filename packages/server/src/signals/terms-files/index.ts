export { type Built, buildOrganisations, writtenFile } from './law/build.ts'
export { type Changes, isUnchanged } from './law/compare.ts'
export { checkNote, noteText, type SignedBy, signTermFile } from './note.ts'
export { canonicalTermFile, readTermFile, type TermFile } from './read.ts'
