/** Label values are from closed sets, so that a metric never carries an id; another value is counted as `other`. */
type Labels = Readonly<Record<string, string>>

interface Declared {
  readonly name: `lamplighter_${string}`
  readonly help: string
  /** Label name → its values. A function gives sets that are known after the start (routes, rule names). */
  readonly labels?: Readonly<Record<string, readonly string[] | (() => readonly string[])>>
}

interface Metric {
  render(): string[]
}

export interface Counter {
  add(labels?: Labels, count?: number): void
}
export interface Gauge {
  set(value: number, labels?: Labels): void
  /** Forgets all series: what is not there any more is not reported as it was. */
  reset(): void
}
export interface Histogram {
  observe(seconds: number, labels?: Labels): void
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10]

/** A registry in Prometheus text format 0.0.4, in memory. */
export class Metrics {
  readonly #metrics = new Map<string, Metric>()
  readonly #collectors = new Set<() => void | Promise<void>>()

  counter(declared: Declared): Counter {
    const series = new Map<string, number>()
    this.#register(declared, 'counter', () => [...series].map(([key, value]) => `${declared.name}${key} ${value}`))
    return {
      add(labels = {}, count = 1) {
        const key = labelText(declared, labels)
        series.set(key, (series.get(key) ?? 0) + count)
      },
    }
  }

  gauge(declared: Declared): Gauge {
    const series = new Map<string, number>()
    this.#register(declared, 'gauge', () => [...series].map(([key, value]) => `${declared.name}${key} ${value}`))
    return {
      set: (value, labels = {}) => void series.set(labelText(declared, labels), value),
      reset: () => series.clear(),
    }
  }

  /** @param bounds upper bounds of the buckets, in seconds */
  histogram(declared: Declared, bounds: readonly number[] = SECONDS): Histogram {
    const series = new Map<string, { counts: number[]; sum: number; count: number }>()
    this.#register(declared, 'histogram', () =>
      [...series].flatMap(([key, held]) => [
        ...bounds.map(
          (bound, n) => `${declared.name}_bucket${withLabel(key, 'le', String(bound))} ${held.counts[n] ?? 0}`,
        ),
        `${declared.name}_bucket${withLabel(key, 'le', '+Inf')} ${held.count}`,
        `${declared.name}_sum${key} ${held.sum}`,
        `${declared.name}_count${key} ${held.count}`,
      ]),
    )
    return {
      observe(seconds, labels = {}) {
        const key = labelText(declared, labels)
        const held = series.get(key) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 }
        for (const [n, bound] of bounds.entries()) if (seconds <= bound) held.counts[n] = (held.counts[n] ?? 0) + 1
        held.sum += seconds
        held.count++
        series.set(key, held)
      },
    }
  }

  /**
   * Runs before each reading, to set gauges that are looked up. A failing one leaves its gauges as they were.
   *
   * @returns how to end it
   */
  collect(look: () => void | Promise<void>): () => void {
    this.#collectors.add(look)
    return () => void this.#collectors.delete(look)
  }

  async render(): Promise<string> {
    await Promise.allSettled([...this.#collectors].map(async (look) => look()))
    return `${[...this.#metrics.values()].flatMap((metric) => metric.render()).join('\n')}\n`
  }

  #register(declared: Declared, type: string, lines: () => string[]): void {
    if (this.#metrics.has(declared.name)) throw new TypeError(`two metrics are named ${declared.name}`)
    this.#metrics.set(declared.name, {
      render: () => [`# HELP ${declared.name} ${declared.help}`, `# TYPE ${declared.name} ${type}`, ...lines()],
    })
  }
}

function labelText(declared: Declared, labels: Labels): string {
  const pairs = Object.entries(declared.labels ?? {}).map(([name, values]) => {
    const given = labels[name] ?? 'other'
    const known = typeof values === 'function' ? values() : values
    return `${name}="${known.includes(given) ? given : 'other'}"`
  })
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const withLabel = (key: string, name: string, value: string): string =>
  key === '' ? `{${name}="${value}"}` : `${key.slice(0, -1)},${name}="${value}"}`
