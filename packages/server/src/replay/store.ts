/** The tables and works of this subject, for the list that the writer loads. */
export { chunksIn, eraseLines, lastChunk, removeChunks, segmentsIn } from './chunks.store.ts'
export { schema } from './tables.ts'
