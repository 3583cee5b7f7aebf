import { config } from 'zod'

// The content security policy forbids `new Function`; without this, Zod would try it once and be reported.
config({ jitless: true })
