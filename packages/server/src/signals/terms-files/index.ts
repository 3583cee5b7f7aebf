export { checkNote, noteText, type SignedBy, signTermFile } from './note.ts'
export { canonicalTermFile, readTermFile, type TermFile } from './read.ts'
