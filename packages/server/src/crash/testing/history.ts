import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Verified, verifyTarget } from '@lamplighter/ledger/verifier'
import type { Errand } from './errand.ts'
import { countFaults, findingsOf, logFaults } from './findings.ts'
import { Life } from './life.ts'
import { PlatformDouble } from './platform.ts'
import { CountingReceiver } from './receiver.ts'

/**
 * Leases and claims of a dead process hold for up to a minute; what it held goes on after that. A message that the receiver hung up on three times
 * waits for five minutes.
 */
const SETTLED_MS = 400_000

/** The lives of one server, with the platform that sends to it and the receiver that it sends to. */
export class History {
  readonly platform: PlatformDouble
  readonly receiver: CountingReceiver
  life: Life
  /** What an outsider pinned before the first crash. */
  readonly #policy: string

  private constructor(from: { platform: PlatformDouble; receiver: CountingReceiver; life: Life; policy: string }) {
    this.platform = from.platform
    this.receiver = from.receiver
    this.life = from.life
    this.#policy = from.policy
  }

  /** Starts the first life on an empty data folder; what an outsider knows is kept in `outside`. */
  static async begin(errand: Omit<Errand, 'hook'>, outside: string): Promise<History> {
    const receiver = await CountingReceiver.open(() => Math.random() < 0.01)
    const life = await Life.start({ ...errand, hook: receiver.url })
    const platform = new PlatformDouble(life.secrets.key)
    platform.found(life.url)
    await platform.signIn(life.secrets.link)
    const policy = join(outside, 'policy')
    writeFileSync(policy, await (await fetch(`${life.url}/log/policy`)).text())
    return new History({ platform, receiver, life, policy })
  }

  async die(): Promise<void> {
    this.platform.found(undefined)
    await this.life.kill()
  }

  async live(errand: Omit<Errand, 'hook'>): Promise<void> {
    this.life = await Life.start({ ...errand, hook: null })
    this.platform.found(this.life.url)
  }

  /** Lets everything come to its end, and tells what is wrong: in the answers, in the database, at the receiver, in the log. */
  async findings(): Promise<string[]> {
    await this.platform.finish()
    await this.life.settled(SETTLED_MS)
    const log = await this.#verified()
    const truth = await this.life.truth()
    return [
      ...this.platform.wrong,
      ...findingsOf(this.platform.acknowledged, truth, this.receiver),
      ...countFaults(this.platform.acknowledged, truth),
      ...logFaults(truth),
      ...(log.exit === 0 ? [] : log.lines),
    ]
  }

  /** As an outsider sees the log. A batch is closed a moment before its checkpoint is signed: only for the very first one we wait. */
  async #verified(): Promise<Verified> {
    const until = Date.now() + SETTLED_MS
    for (;;) {
      const log = await verifyTarget(this.life.url, { policy: this.#policy })
      if (!log.lines.join().includes('there is no checkpoint') || Date.now() > until) return log
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }

  /** What is wrong right now, with the callers still at work: for histories that cannot come to a good end. */
  async losses(): Promise<string[]> {
    return findingsOf(this.platform.acknowledged, await this.life.truth(), this.receiver)
  }

  async end(): Promise<void> {
    await this.life.kill()
    await this.platform.abandon()
    this.receiver.close()
  }
}
