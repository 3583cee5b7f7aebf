import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** A package as one script for a page, which finds it under `name`. */
export async function bundled(folder: URL, name: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      lib: { entry: fileURLToPath(new URL('src/index.ts', folder)), formats: ['iife'], name },
    },
  })
  const [first] = Array.isArray(built) ? built : [built]
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined
  if (chunk?.type !== 'chunk') throw new Error(`${name} was not built`)
  return `${chunk.code}; globalThis.${name} = ${name};`
}
