import { z } from 'zod'
import { Recorded } from './words.ts'

// Signed lists of terms and of organisations.

export const TermFileBody = z.object({
  /** The file as it is, to the byte: its digest is signed. */
  file: z.string(),
  /** The signed note (C2SP) that was made for it. */
  note: z.string().max(128 * 1024),
  live: z.boolean().optional().describe('true: live at once and without trial, for the operator alone'),
})

/** A term file that is a version of its list. */
export const TermFileTaken = z.object({
  /** The list's own version; the file counts its own. */
  version: z.int(),
  fileVersion: z.int(),
  state: z.enum(['staged', 'trial', 'live']),
  /** Why it waits for a person; empty where it is live. */
  why: z.array(z.string()),
  entries: z.int(),
  added: z.int(),
  removed: z.int(),
  signed: z.object({ by: z.array(z.string()), day: z.string() }),
  recorded: Recorded.nullable(),
})
