import { audit } from '../src/audit.ts'
import { base64, sameBytes } from '../src/bytes.ts'
import { type OpenedCheckpoint, parseCheckpoint } from '../src/checkpoints.ts'
import { LedgerError } from '../src/errors.ts'
import { compareCheckpoints, type Evidence, parseEvidence } from '../src/evidence.ts'
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../src/keys.ts'
import { KINDS } from '../src/kinds.ts'
import { type CheckedOpening, checkOpening } from '../src/openings.ts'
import { type Policy, parsePolicy } from '../src/policy.ts'
import { assertNotBroken, checkPromise, isPromised } from '../src/promises.ts'
import { evidencePath } from '../src/prove.ts'
import { checkReceipt } from '../src/receipts.ts'
import { jsonOrUndefined } from '../src/values.ts'
import { runtimeIo, textFrom, type VerifierIo } from './io.ts'
import { type Findings, linesOf, type Report, reporting, UsageError } from './report.ts'
import { type FoundLog, findLog } from './source.ts'

/** How a target is looked at. Paths and addresses are texts. */
export interface VerifyOptions {
  /** What the target is; found out from its content where it is not said. */
  readonly as?: 'receipt' | 'promise' | 'opening' | 'log' | 'compare'
  /** A policy file: whom one trusts. */
  readonly policy?: string
  /** A log to look in: for a promise, an opening, two checkpoints. */
  readonly log?: string
  /** A verifier key for a promise. */
  readonly key?: string
  /** The second checkpoint to compare. */
  readonly other?: string
  /** No network at all. */
  readonly offline?: boolean
  readonly io?: VerifierIo
}

/** A report with its lines for people and its exit code. */
export interface Verified extends Report {
  readonly lines: readonly string[]
}

/**
 * Checks a receipt, promise, opening, evidence, two checkpoints or a whole log, and says so in sentences.
 *
 * @param target a path, or the address of a log
 * @throws UsageError where the question cannot be answered as it is put
 */
export async function verifyTarget(target: string, options: VerifyOptions = {}): Promise<Verified> {
  const io = options.io ?? runtimeIo()
  const report = await reporting((found) => verify(found, target, { ...options, io }))
  return { ...report, lines: linesOf(report) }
}

type Settings = VerifyOptions & { readonly io: VerifierIo }

async function verify(found: Findings, target: string, options: Settings): Promise<void> {
  if (/^(https?|file):/.test(target) || options.as === 'log' || (await options.io.isFolder(target))) {
    return void (await search(found, target, options, () => false))
  }
  const text = await readText(target, options)
  const as = options.as ?? kindOf(text)
  if (as === 'receipt') return verifyReceipt(found, text, options)
  if (as === 'promise') return verifyPromise(found, text, options)
  if (as === 'opening') return verifyOpening(found, text, options)
  return verifyPair(found, text, options)
}

function kindOf(text: string): NonNullable<VerifyOptions['as']> {
  if (text.startsWith('c2sp.org/tlog-proof@')) return 'receipt'
  if (text.trimStart().startsWith('{')) return text.includes('"older"') ? 'compare' : 'opening'
  return text.split('\n', 1)[0]?.endsWith('/promise') ? 'promise' : 'compare'
}

async function readText(path: string, { io }: Settings): Promise<string> {
  const bytes = await io.readFile(path)
  if (bytes === null) throw new UsageError(`there is no file ${path}`)
  return textFrom(bytes)
}

async function policyOf({ policy, io }: Settings): Promise<Policy> {
  if (policy === undefined) throw new UsageError('say whom you trust: --policy FILE')
  const bytes = await io.readFile(policy)
  if (bytes === null) throw new UsageError(`there is no file ${policy}`)
  return parsePolicy(bytes)
}

async function verifyReceipt(found: Findings, text: string, options: Settings): Promise<void> {
  const receipt = await checkReceipt(text, await policyOf(options), KINDS, options.io.checks)
  tellOpening(found, receipt)
  if (receipt.sealed !== undefined) {
    const { origin, index, size } = receipt.sealed
    found.ok(`It is entry ${index} of the ${size} of ${origin}, whose state an anchor in the public log fixes.`)
  }
  found.ok(
    `The ${receipt.sealed ? 'anchor' : 'leaf'} is entry ${receipt.index} of the ${receipt.size} of ${receipt.origin}.`,
  )
  tellSigners(found, receipt)
}

function tellOpening(found: Findings, { kind, shown, leaf, late }: CheckedOpening): void {
  const name = KINDS.get(kind)?.name ?? 'not known here'
  found.ok(`The fields shown are those that the leaf commits to. Kind ${kind}: ${name}.`)
  found.ok(`Its batch was closed in the hour from ${new Date(leaf.period * 3_600_000).toISOString()}.`)
  if (late !== undefined) found.ok(`The act was recorded ${late} hours late.`)
  found.show(shown)
}

function tellSigners(found: Findings, opened: Pick<OpenedCheckpoint, 'witnesses' | 'quorum' | 'unchecked'>): void {
  found.ok('The log signed this tree with a key of the policy.')
  for (const { name, at } of opened.witnesses) {
    found.ok(`The witness ${name} cosigned it at ${new Date(at * 1000).toISOString()}.`)
  }
  if (opened.quorum === 'met') found.ok('The quorum of the policy is met.')
  if (opened.quorum === 'none_asked') found.ok('The policy asks for no witness: not witnessed.')
  if (opened.quorum === 'not_met') found.failed('quorum_not_met', 'Too few witnesses cosigned: not witnessed.')
  found.unchecked(opened.unchecked)
}

async function verifyOpening(found: Findings, text: string, options: Settings): Promise<void> {
  const opening = checkOpening(jsonOrUndefined(text), KINDS)
  tellOpening(found, opening)
  if (options.log === undefined) return found.notChecked('That the leaf is in a log. Ask for a receipt, or add --log.')
  const { index } = await search(found, options.log, options, (leaf) => sameBytes(leaf, opening.entry))
  if (index === null) found.failed('bad_proof', 'The leaf is not in this log.')
  else found.ok(`The leaf is entry ${index} of this log.`)
}

async function verifyPromise(found: Findings, text: string, options: Settings): Promise<void> {
  const promise = await checkPromise(text, await promiseKey(found, text, options), options.io.checks)
  const deadline = new Date(promise.deadline * 1000).toISOString()
  found.ok(`${promise.origin} promised that this leaf will be in its log by ${deadline}.`)
  if (options.log === undefined) return found.notChecked('Whether the promise was kept. Add --log.')
  const { index, opened } = await search(found, options.log, options, (leaf) => isPromised(promise, leaf))
  if (opened !== undefined && opened.origin !== promise.origin) {
    throw new LedgerError('wrong_origin', `the promise is of ${promise.origin}, the log is ${opened.origin}`)
  }
  if (index !== null) return found.ok(`The promise is kept: entry ${index}.`)
  assertNotBroken(promise, latest(opened))
  found.notChecked('Not in the log yet, and no witness has shown that the deadline is over.')
}

function latest(opened: OpenedCheckpoint | undefined): number | undefined {
  const times = opened?.witnesses.map(({ at }) => at) ?? []
  return times.length === 0 ? undefined : Math.max(...times)
}

/** From `--key`, else from the policy, else, said aloud, from the log itself. */
async function promiseKey(found: Findings, text: string, options: Settings): Promise<VerifierKey> {
  if (options.key !== undefined) return parseVerifierKey(options.key)
  const name = text.split('\n', 1)[0]
  const pinned = options.policy === undefined ? [] : (await policyOf(options)).logs.map(({ key }) => key)
  const key = pinned.find((known) => known.name === name)
  if (key !== undefined) return key
  const own = options.log === undefined ? [] : await logAt(options.log, options).keys()
  const taken = own.find((known) => known.name === name && known.type === 1)
  if (taken === undefined) throw new UsageError('say whose promise it is: --key KEY, or --log with its keys.json')
  tellTaken(found, taken)
  return taken
}

function tellTaken(found: Findings, key: VerifierKey): void {
  found.notChecked(
    `Whose key this is: it was taken from the log itself. To pin it, compare it with one that you got another way, write the lines "log KEY" and "quorum none" into a file, and add --policy FILE. KEY: ${formatVerifierKey(key)}`,
  )
}

interface Search {
  readonly index: number | null
  readonly opened: OpenedCheckpoint | undefined
}

/** Checks a whole log and tells each check; on the way, looks for a leaf. */
async function search(
  found: Findings,
  target: string,
  options: Settings,
  isSought: (leaf: Uint8Array) => boolean,
): Promise<Search> {
  const log = logAt(target, options)
  const policy = options.policy === undefined ? await ownPolicy(found, log) : await policyOf(options)
  let index: number | null = null
  const { checks } = options.io
  const onLeaf = (i: number, leaf: Uint8Array) => {
    if (index === null && isSought(leaf)) index = i
  }
  const result = await audit(log.source, { policy, checks, onLeaf })
  const { checkpoint, failed, counts } = result
  if (checkpoint !== undefined) {
    found.ok(
      `${log.place} is the log ${checkpoint.origin}: ${checkpoint.head.size} leaves, root ${base64(checkpoint.head.root)}.`,
    )
    tellSigners(found, checkpoint)
  }
  if (failed !== undefined && failed.code !== 'quorum_not_met') {
    throw new LedgerError(failed.code, `${failed.check}, ${failed.message.slice(failed.code.length + 2)}`)
  }
  found.ok('M3 Every bundle hashes to its tile, every tile to the one above, the last to the signed root.')
  found.ok(`M4 All ${counts.leaves} leaves have the right form; ${counts.anchors} are anchors of the sealed log.`)
  found.ok(`M5 Times never fall${latest(checkpoint) === undefined ? '' : ' and do not run ahead of the witnesses'}.`)
  found.ok('M6 It grew in whole batches with their anchors.')
  found.ok(`M7 All ${counts.open} open entries are published and fit; ${counts.late} were recorded late.`)
  return { index, opened: checkpoint }
}

function logAt(target: string, { io, offline }: Settings): FoundLog {
  if (offline === true && /^https?:/.test(target))
    throw new UsageError('--offline and the address of a log exclude each other')
  return findLog(target, io)
}

/** Without a policy one can only ask the log for its own key, which shows nothing about who it is. */
async function ownPolicy(found: Findings, log: FoundLog): Promise<Policy> {
  const { origin } = parseCheckpoint(await log.source.checkpoint())
  const keys = (await log.keys()).filter(({ name, type }) => name === origin && type !== 4)
  if (keys.length === 0) throw new UsageError('the log lists no key of its own: --policy FILE')
  for (const key of keys) tellTaken(found, key)
  return { logs: keys.map((key) => ({ key })), witnesses: [], groups: [], quorum: 'none' }
}

async function verifyPair(found: Findings, text: string, options: Settings): Promise<void> {
  const evidence = await evidenceOf(text, options)
  const verdict = await compareCheckpoints(evidence, await policyOf(options), options.io.checks)
  if (verdict === 'forked') throw new LedgerError('split_view', 'the log signed two trees that cannot both be true')
  if (verdict === 'consistent') found.ok('The log signed both, and the newer tree begins with the older one.')
  else found.notChecked('Nothing is shown: no path leads from the older tree to the newer. Add --log.')
}

async function evidenceOf(text: string, options: Settings): Promise<Evidence> {
  if (options.other === undefined) return parseEvidence(jsonOrUndefined(text))
  const notes = [text, await readText(options.other, options)]
  const [older = '', newer = ''] = notes.sort((a, b) => parseCheckpoint(a).head.size - parseCheckpoint(b).head.size)
  if (options.log === undefined) return { older, newer, path: [] }
  const { source } = logAt(options.log, options)
  return {
    older,
    newer,
    path: await evidencePath(source, parseCheckpoint(older).head.size, parseCheckpoint(newer).head.size),
  }
}

export type { VerifierIo } from './io.ts'
export { type Exit, LIMITS, type Report, UsageError } from './report.ts'
