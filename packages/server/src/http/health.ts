import { AppError } from './errors.ts'
import { type Page, page } from './route.ts'

/** Answers undefined when fine, else what is missing, in words without secrets. */
export type Check = () => Promise<string | undefined> | string | undefined

/** What must be so before this process takes calls (platform.md §16). Load is never among it. */
export class Readiness {
  readonly #checks = new Map<string, Check>()
  #draining = false

  add(name: string, check: Check): void {
    this.#checks.set(name, check)
  }

  /** From now on not ready: a load balancer sends no more. */
  drain(): void {
    this.#draining = true
  }

  get draining(): boolean {
    return this.#draining
  }

  async missing(): Promise<{ name: string; why: string }[]> {
    const found = await Promise.all(
      [...this.#checks].map(async ([name, check]) => ({ name, why: await outcome(check) })),
    )
    const missing = found.flatMap(({ name, why }) => (why === undefined ? [] : [{ name, why }]))
    return this.#draining ? [{ name: 'draining', why: 'the server is stopping' }, ...missing] : missing
  }
}

async function outcome(check: Check): Promise<string | undefined> {
  try {
    return await check()
  } catch (thrown) {
    // Only our own refusals are written for readers; what else is thrown may name files and statements.
    return thrown instanceof AppError ? thrown.message : 'the check itself failed'
  }
}

export function healthPages(readiness: Readiness): Page[] {
  return [
    page({
      method: 'get',
      path: '/health/live',
      act: 'public',
      kind: 'plain',
      handle: async () => Response.json({ live: true }),
    }),
    page({
      method: 'get',
      path: '/health/ready',
      act: 'public',
      kind: 'plain',
      handle: async () => {
        const missing = await readiness.missing()
        return Response.json({ ready: missing.length === 0, missing }, { status: missing.length === 0 ? 200 : 503 })
      },
    }),
  ]
}
