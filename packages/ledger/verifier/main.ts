import { isStarted } from './io.ts'
import { limitLines, UsageError } from './report.ts'
import { type VerifyOptions, verifyTarget } from './verify.ts'

const USAGE = [
  "Checks what Lamplighter's transparency log says, without asking the platform.",
  '',
  '  lamplighter-verify.mjs receipt FILE --policy POLICY',
  '  lamplighter-verify.mjs promise FILE --key KEY [--log URL]',
  '  lamplighter-verify.mjs opening FILE [--log URL]',
  '  lamplighter-verify.mjs log URL|FOLDER [--policy POLICY]',
  '  lamplighter-verify.mjs compare CHECKPOINT CHECKPOINT|EVIDENCE --policy POLICY [--log URL]',
  '',
  '  --policy FILE  whom you trust (C2SP tlog-policy)      --offline  use no network',
  '  --log URL      a log to look in, or its folder        --json     answer for machines',
  '  Exit: 0 right, 1 wrong, 2 wrong use, 3 quorum not met or something not checked.',
  '',
  ...limitLines(),
].join('\n')

const COMMANDS = ['receipt', 'promise', 'opening', 'log', 'compare'] as const

interface Command {
  readonly target: string
  readonly json: boolean
  readonly options: VerifyOptions
}

function parseCommand(words: readonly string[]): Command {
  const plain: string[] = []
  const given: { policy?: string; log?: string; key?: string } = {}
  const rest = words.filter((word) => word !== '--json' && word !== '--offline')
  while (rest.length > 0) {
    const word = rest.shift() ?? ''
    if (word === '--policy' || word === '--log' || word === '--key') given[word.slice(2) as 'key'] = rest.shift() ?? ''
    else if (word.startsWith('--')) throw new UsageError(`there is no option ${word}`)
    else plain.push(word)
  }
  const [command, target, other] = plain
  const as = COMMANDS.find((known) => known === command)
  if (as === undefined || target === undefined || plain.length > (as === 'compare' ? 3 : 2)) {
    throw new UsageError(`expected a command and a target; commands: ${COMMANDS.join(', ')}`)
  }
  const options = { as, offline: words.includes('--offline'), ...given, ...(other && { other }) }
  return { target, json: words.includes('--json'), options }
}

/** The command line. @returns the exit code */
export async function main(words: readonly string[], print: (line: string) => void): Promise<number> {
  if (words.length === 0 || words.includes('--help')) {
    print(USAGE)
    return words.length === 0 ? 2 : 0
  }
  try {
    const { target, json, options } = parseCommand(words)
    const { lines, ...report } = await verifyTarget(target, options)
    if (json) print(JSON.stringify({ v: 1, target, ...report }))
    else for (const line of lines) print(line)
    return report.exit
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    print(
      words.includes('--json')
        ? JSON.stringify({ v: 1, exit: 2, error: error.message })
        : `${error.message}\n\n${USAGE}`,
    )
    return 2
  }
}

if (isStarted(import.meta.url)) process.exitCode = await main(process.argv.slice(2), console.log)
