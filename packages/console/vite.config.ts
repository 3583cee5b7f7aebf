import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** What a call or a field means, who may call it and how it is answered is the server's to know; no page asks, so no browser fetches it. */
const onlyShapes: Plugin = {
  name: 'only-shapes',
  enforce: 'pre',
  transform: {
    filter: { id: /packages\/api\/src\/[\w-]+\.ts$/ },
    handler: (code) => ({
      code: code
        .replace(/endpoint\(\{\n {2}id: '\w+',/g, 'endpoint({')
        .replace(/^ {2}summary:\s*(?:'[^'\n]*'|`[^`]*`),$/gm, '')
        .replace(/^ {2}(?:codes: \[[^\]]*\]|act: '[\w.]+'|status: \d+|repeat: 'own'|(?:params|query): \w+),$/gm, '')
        // What is asked is checked by the server: of these, too, no schema is needed here, only that there is a body.
        .replace(/^ {2}(?:params|query): z\.object\(\{(?:[^\n]*|\n(?: {4}[^\n]*\n)* {2})\}\),$/gm, '')
        .replace(/^ {2}body: z\.object\(\{(?:[^\n]*|\n(?: {4}[^\n]*\n)* {2})\}\),$/gm, '  body: {},')
        .replace(/\s*\.describe\(\s*'[^'\n]*',?\s*\)/g, ''),
      map: null,
    }),
  },
}

/** No page writes a contract as JSON Schema, but each of zod's schemas brings what would: here its functions do nothing. */
const noJsonSchemas: Plugin = {
  name: 'no-json-schemas',
  transform: {
    filter: { id: /\/zod\/v4\/core\/(?:json-schema-processors|to-json-schema)\.js$/ },
    handler: (code) => {
      const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name)
      const aliases = code.match(/^export \{[^}]+\};?$/gm) ?? []
      return {
        code: [...names.map((name) => `export const ${name} = () => undefined`), ...aliases].join('\n'),
        map: null,
      }
    },
  },
}

// The content security policy of the server allows no inline script and no inline style: everything is a hashed file of its own.
export default defineConfig({
  plugins: [onlyShapes, noJsonSchemas, react(), tailwindcss()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    target: 'es2024',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The file tells the size test which chunk is whose; the server does not serve it.
    manifest: true,
    // The budget is measured compressed, by a test.
    chunkSizeWarningLimit: 900,
  },
})
