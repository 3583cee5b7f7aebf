import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The content security policy of the server allows no inline script and no inline style: everything is a hashed file of its own.
export default defineConfig({
  plugins: [react(), tailwindcss()],
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
