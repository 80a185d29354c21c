import { globSync, readFileSync } from 'node:fs'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const services = ['./tests/system/src/start-services.ts']

// What touches no database is tried on one of them only.
const others = ['debian', 'pglite'].includes(process.env['TEST_DATABASE'] ?? '')
const embedded = process.env['TEST_DATABASE'] === 'pglite'
const units = 'orchestrator/src/**/*.test.ts'
const servers = 'orchestrator/test/**/*.test.ts'
// What a server does at its door, before it asks any database.
const atDoor = ['ai-transport', 'canaries', 'door', 'metrics', 'odd-http', 'odd-requests', 'origins']
// What is done one statement after the other is done by the embedded PostgreSQL 18 as by a server of that version.
const alike = ['api-keys', 'oauth', 'openai', 'people', 'tokens']
const leftOut = others ? [...atDoor, ...(embedded ? alike : [])] : []
const onDatabase = () => globSync(units).filter((path) => readFileSync(path, 'utf8').includes('test-database'))

function project(
  name: string,
  include: string[],
  test: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  // Three files at a time, also on two cores: most of them wait for a server. The embedded database computes instead.
  return { test: { name, include, maxWorkers: embedded ? 2 : 3, ...test } }
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
      project('server', [servers], {
        exclude: leftOut.map((name) => `orchestrator/test/${name}.test.ts`),
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
        maxWorkers: 2,
        sequence: { groupOrder: 1 },
      }),
      // Hostile texts and tools: a sample, or with ATTACKS=all each of them.
      project('attacks', ['tests/attacks/{src,test}/**/*.test.ts'], {
        globalSetup: [...services, './tests/system/src/build-web-app.ts'],
        testTimeout: 280_000,
        hookTimeout: 180_000,
        maxWorkers: 2,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
})
