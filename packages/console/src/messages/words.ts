import type { en } from './en.ts'

/** The shape that every locale must have; a missing key fails the type check. */
export type Words = typeof en
