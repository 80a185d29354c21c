import { globSync, readFileSync } from 'node:fs'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const services = ['./tests/system/src/start-services.ts']

// What touches no database is tried on one of them only.
const others = ['debian', 'pglite'].includes(process.env['TEST_DATABASE'] ?? '')
const units = 'orchestrator/src/**/*.test.ts'
const onDatabase = () => globSync(units).filter((path) => readFileSync(path, 'utf8').includes('test-database'))

function project(
  name: string,
  include: string[],
  test: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  // Two files at a time, also on two cores: most of them wait for a server.
  return { test: { name, include, maxWorkers: 2, ...test } }
}

export default defineConfig({
  test: {
    projects: [
      project('contract', ['contract/src/**/*.test.ts']),
      project('telemetry', ['telemetry/src/**/*.test.ts']),
      project('orchestrator', others ? onDatabase() : [units], {
        globalSetup: services,
        testTimeout: 20_000,
        hookTimeout: 60_000,
      }),
      // Whole servers over HTTP.
      project('server', ['orchestrator/test/**/*.test.ts'], {
        globalSetup: services,
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      project('frontend', ['frontend/{src,server}/**/*.test.{ts,tsx}']),
      project('mcp-example', ['mcp_servers/example/{src,test}/**/*.test.ts'], { testTimeout: 20_000 }),
      project('simulators', ['tests/simulators/{src,test}/**/*.test.ts'], { testTimeout: 20_000 }),
      project('faults', ['tests/faults/src/**/*.test.ts'], { testTimeout: 20_000 }),
      project('scripts', ['scripts/**/*.test.ts'], { testTimeout: 120_000 }),
      // The product's own processes, and browsers: each file is several programs, which mostly wait for each other.
      project('system', ['tests/system/{src,test}/**/*.test.ts'], {
        globalSetup: [...services, './tests/system/src/build-web-app.ts'],
        testTimeout: 180_000,
        hookTimeout: 180_000,
        sequence: { groupOrder: 1 },
      }),
      // Hostile texts and tools: a sample, or with ATTACKS=all each of them.
      project('attacks', ['tests/attacks/test/**/*.test.ts'], {
        globalSetup: [...services, './tests/system/src/build-web-app.ts'],
        testTimeout: 280_000,
        hookTimeout: 180_000,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
})
