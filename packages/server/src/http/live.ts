/** Tells open consoles the names of what changed (`lanes`, `case:1042`), never content. */
export interface Live {
  changed(name: string): void
  /** A stream of server-sent events; ends when `signal` aborts or the hub closes. */
  stream(signal: AbortSignal): ReadableStream<Uint8Array>
  close(): void
}

// Proxies cut a silent connection after a minute.
const HEARTBEAT_MS = 25_000
const MAX_NAME = 100
// Then the console connects again, and whoever has lost access stays out.
const LIFE_MS = 10 * 60_000

export function createLive(): Live {
  const listeners = new Set<{ send(text: string): void; end(): void }>()
  return {
    changed(name) {
      if (!/^[a-z][a-z0-9:_-]*$/.test(name) || name.length > MAX_NAME) return
      for (const listener of listeners) listener.send(`data: ${name}\n\n`)
    },
    stream(signal) {
      const encoder = new TextEncoder()
      let stop: () => void = () => undefined
      return new ReadableStream({
        start(controller) {
          const listener = {
            send: (text: string) => {
              // A reader that does not read is cut off; its console asks for everything when it comes back.
              if ((controller.desiredSize ?? 0) < -1000) stop()
              else controller.enqueue(encoder.encode(text))
            },
            end: () => stop(),
          }
          const heartbeat = setInterval(() => listener.send(': alive\n\n'), HEARTBEAT_MS)
          heartbeat.unref()
          const end = setTimeout(() => stop(), LIFE_MS).unref()
          let open = true
          stop = () => {
            if (!open) return
            open = false
            clearInterval(heartbeat)
            clearTimeout(end)
            listeners.delete(listener)
            controller.close()
          }
          listeners.add(listener)
          signal.addEventListener('abort', stop, { once: true })
          listener.send('retry: 2000\n\n')
        },
        cancel: () => stop(),
      })
    },
    close() {
      for (const listener of [...listeners]) listener.end()
    },
  }
}
