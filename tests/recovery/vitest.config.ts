import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Apart from `npm test`: whole drills, in which systems are destroyed and come back.
// oxlint-disable-next-line import/no-default-export -- vitest reads no other
export default defineConfig({
  test: {
    name: 'recovery',
    include: ['test/**/*.test.ts'],
    globalSetup: [join(import.meta.dirname, '../system/src/start-services.ts')],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
  },
})
