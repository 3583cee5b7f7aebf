import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * A module of the benchmark's own install. Its types are not there when the product's are checked, so who asks says which part of it is
 * used.
 */
export function peer<T>(name: string): T {
  return require(name) as T
}
