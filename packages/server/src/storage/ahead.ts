/** The door for the program's first line: it imports nothing else of storage. */
export { startWriterAhead } from './sqlite/thread.ts'
