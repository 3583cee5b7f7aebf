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

/** @throws Error when the interface refuses: the demo sends nothing that it may refuse */
export function platformOf(app: App, url: string, key: string): Platform {
  return {
    async call(method, path, body, headers = {}) {
      const raw = body instanceof Uint8Array || typeof body === 'string'
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
      if (answer.status >= 300)
        throw new Error(`demo: ${method} ${path} was answered ${answer.status} ${JSON.stringify(answered)}`)
      return answered
    },
  }
}
