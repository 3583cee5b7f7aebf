import { writeFileSync } from 'node:fs'
import { tmLanguage } from '../src/tm-language.ts'

// node packages/rules/editor/write.ts: writes the grammar anew, after a change of the lexer's table.

writeFileSync(new URL('./wick.tmLanguage.json', import.meta.url), `${JSON.stringify(tmLanguage(), null, 2)}\n`)
