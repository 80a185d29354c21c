import { defineConfig } from 'vitest/config'

// Apart from the tests of the code: these need programs that only `npm run test:manifests` installs.
// oxlint-disable-next-line import/no-default-export -- vitest reads no other
export default defineConfig({
  test: { name: 'manifests', include: ['test/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
})
