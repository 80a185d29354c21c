import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isLoopback, readConfig } from './config.ts'

test('listens for this machine alone unless told otherwise', () => {
  expect(readConfig({}, [])).toMatchObject({ stdio: false, host: '127.0.0.1', port: 8001, token: null })
  expect(readConfig({ HOST: '0.0.0.0', PORT: '9000', MCP_EXAMPLE_PORT: '9001' }, [])).toMatchObject({
    host: '0.0.0.0',
    port: 9001,
  })
})

test('instances on different ports keep their notes apart', () => {
  const [one, two] = ['8001', '8002'].map(
    (port) => readConfig({ DATA_DIR: '/data', MCP_EXAMPLE_PORT: port }, []).dataDir,
  )
  expect(one).toBe('/data/mcp-example-8001')
  expect(two).not.toBe(one)
})

test('empty variables count as unset, and a published placeholder protects nothing', () => {
  expect(readConfig({ PORT: '', MCP_SERVICE_TOKEN: 'your-service-token' }, [])).toMatchObject({
    port: 8001,
    token: null,
  })
})

test('traces go where the product’s other servers send theirs, and nowhere unless told', () => {
  expect(readConfig({}, []).tracing).toBeNull()
  expect(readConfig({ JAEGER_AGENT_HOST: 'jaeger', JAEGER_AGENT_PORT: '6831' }, []).tracing).toMatchObject({
    url: 'http://jaeger:4318/v1/traces',
    sampler: { ratio: 1, followsCaller: true },
  })
  const wrong = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector', OTEL_TRACES_SAMPLER: 'some', OTEL_TRACES_SAMPLER_ARG: '2' }
  expect(() => readConfig(wrong, [])).toThrow(/ENDPOINT: must be.*\n.*SAMPLER: must be.*\n.*SAMPLER_ARG: must be/)
})

test('names every fault at once', () => {
  expect(() => readConfig({ MCP_EXAMPLE_PORT: 'eighty' }, ['--verbose'])).toThrow(/--verbose[^]*MCP_EXAMPLE_PORT/)
})

test.each([
  [{ MCP_SERVICE_TOKEN: 'your-service-token' }, /placeholder/],
  [{ MCP_SERVICE_TOKEN: 'short' }, /16 characters/],
  [{ HOST: '0.0.0.0' }, /must be set in production/],
])('production refuses %o', (env, advice) => {
  expect(() => readConfig({ ...env, ENVIRONMENT: 'production' }, [])).toThrow(advice)
})

test('knows which addresses only this machine reaches', () => {
  expect(['127.0.0.1', 'localhost', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example'].some(isLoopback)).toBe(false)
})

test('a token may lie in a file; one that cannot be read is named', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'mcp-example-')), 'token')
  writeFileSync(file, 'from-a-file\n')
  expect(readConfig({ MCP_SERVICE_TOKEN_FILE: file }, []).token).toBe('from-a-file')
  expect(() => readConfig({ MCP_SERVICE_TOKEN_FILE: `${file}-missing` }, [])).toThrow(/token-missing/)
})
