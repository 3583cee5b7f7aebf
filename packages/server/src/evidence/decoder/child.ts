/**
 * The decoder: a program of its own, behind the walls of security.md §7. It alone looks into media, and it reads no file but its own.
 */
import { serve } from './serve.ts'
import { wasm } from './wasm.ts'

await serve(wasm)
