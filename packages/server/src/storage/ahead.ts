/** The door for the program's first line: it imports nothing else of storage. */
export { keepWriters, startWriterAhead } from './sqlite/thread.ts'
