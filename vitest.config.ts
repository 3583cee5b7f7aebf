import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/{src,verifier,test}/**/*.test.ts', 'conformance/**/*.test.ts', '*.test.ts'],
    exclude: ['**/node_modules/**'],
    globalSetup: ['packages/server/src/storage/testing/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: process.env.CI === 'true' ? ['default'] : ['default'],
  },
})
