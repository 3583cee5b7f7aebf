import { NUMBER, SIGNS, UNITS, WORD } from './lex.ts'
import type { Json } from './types.ts'
import { RULE_WORDS, SCHEMA_WORDS } from './words.ts'

const CONSTANTS = ['true', 'false', 'known', 'unknown', 'none']

/**
 * The TextMate grammar of Wick, which many editors read: the lexer's own table, said as patterns. Of two patterns that match at one place
 * the first wins, so paths stand before words.
 */
export function tmLanguage(): Json {
  const keywords = [...new Set([...RULE_WORDS, ...SCHEMA_WORDS])].filter((word) => !CONSTANTS.includes(word)).sort()
  const name = '[a-z][a-z0-9_]*'
  const escaped = '\\\\(?:["\\\\n]|u\\{[0-9a-fA-F]{1,6}\\})'
  return {
    name: 'Wick',
    scopeName: 'source.wick',
    fileTypes: ['wick'],
    patterns: [
      { name: 'comment.line.number-sign.wick', match: '#.*$' },
      {
        name: 'string.quoted.double.wick',
        begin: '"',
        end: '"|$',
        patterns: [
          { name: 'constant.character.escape.wick', match: escaped },
          { name: 'variable.parameter.wick', match: `\\{${WORD.source}\\}` },
        ],
      },
      { name: 'string.regexp.wick', match: '`[^`]*(?:`|$)' },
      { name: 'constant.numeric.duration.wick', match: `\\b[0-9]+(?:${Object.keys(UNITS).join('|')})\\b` },
      { name: 'constant.numeric.wick', match: NUMBER.source },
      { name: 'constant.numeric.version.wick', match: '\\bv[1-9][0-9]*\\b' },
      { name: 'variable.other.member.wick', match: `\\b${name}(?:\\.${name})+` },
      { name: 'constant.language.wick', match: `\\b(?:${CONSTANTS.join('|')})\\b` },
      { name: 'keyword.control.wick', match: `\\b(?:${keywords.join('|')})\\b` },
      { name: 'variable.other.wick', match: `\\b${name}\\b` },
      { name: 'keyword.operator.wick', match: SIGNS.map((sign) => sign.replace(/[^a-z]/g, '\\$&')).join('|') },
    ],
  }
}
