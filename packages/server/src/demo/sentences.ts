import { german } from './sentences.de.ts'
import { english } from './sentences.en.ts'
import type { Templates } from './templates.ts'

/** All that the demo's learner is trained on and measured with. */
export const TEMPLATES: readonly Templates[] = [english, german]
