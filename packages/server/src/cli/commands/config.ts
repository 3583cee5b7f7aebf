import { describeConfig } from '../../http/config.ts'
import type { Command } from '../command.ts'

export const commands: readonly Command[] = [
  {
    name: 'config print',
    summary: 'Shows every boot setting, where its value comes from, and no secret.',
    example: 'LAMPLIGHTER_LOG=debug lamplighter config print',
    async run(io) {
      const rows = describeConfig(io.config())
      const width = Math.max(...rows.map(({ name }) => name.length))
      io.result(
        Object.fromEntries(rows.map(({ name, value, origin }) => [name, { value, origin }])),
        rows.map(({ name, value, origin, words }) => `${name.padEnd(width)}  ${value}  (${origin})  ${words}`),
      )
      return 0
    },
  },
]
