/**
 * The decoder for rarer forms: as the other one, but that it may load add-ons. So it is a process of its own, and asked only what the
 * other one cannot decode.
 */
import { serve } from './serve.ts'

// Loaded after `serve` has looked at the environment: libvips writes into it.
const { native } = await import('./native.ts')
await serve(native)
