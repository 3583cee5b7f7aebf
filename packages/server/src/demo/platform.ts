import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../http/app.ts'

/** Harbour as a platform: it reaches Lamplighter by the public interface and a key, like any other. */
export interface Platform {
  call(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>>
}

const TRIES = 20

/**
 * Like a real platform it sends again what was answered 429 or 503, after the time it was told.
 *
 * @throws Error when the interface refuses: the demo sends nothing that it may refuse
 */
export function platformOf(app: App, url: string, key: string): Platform {
  return {
    async call(method, path, body, headers = {}) {
      const raw = body instanceof Uint8Array || typeof body === 'string'
      for (let tries = 1; ; tries += 1) {
        const answer = await app.fetch(
          new Request(new URL(path, url), {
            method,
            headers: {
              authorization: `Bearer ${key}`,
              ...(raw ? {} : { 'content-type': 'application/json' }),
              ...headers,
            },
            body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body),
          }),
        )
        const answered = (await answer.json()) as Record<string, unknown>
        if (answer.status < 300) return answered
        if (tries === TRIES || (answer.status !== 503 && answer.status !== 429)) {
          throw new Error(`demo: ${method} ${path} was answered ${answer.status} ${JSON.stringify(answered)}`)
        }
        await sleep(Math.min(2_000, Number(answer.headers.get('retry-after') ?? 1) * 1_000))
      }
    },
  }
}
