import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { startServerChild } from './server-child.ts'

const root = resolve(import.meta.dirname, '../../../..')
const home = mkdtempSync(join(tmpdir(), 'ai-assistant-child-'))
afterAll(() => rmSync(home, { recursive: true }))

async function startTools(env: Record<string, string> = {}) {
  const port = await freePort()
  return startServerChild({
    name: 'tools',
    script: join(root, 'mcp_servers/example/src/main.ts'),
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: home, MCP_EXAMPLE_PORT: `${port}`, ...env },
    port,
    announces: false,
  })
}

test('a server comes back on its port after it was killed, and ends when asked to', async () => {
  const server = await startTools()
  const { pid } = server
  await server.kill()
  await expect(fetch(`${server.url}/health`)).rejects.toThrow('fetch failed')
  await server.start()
  expect(server.pid).not.toBe(pid)
  expect((await fetch(`${server.url}/health`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
})

test('a server that does not start says why', async () => {
  await expect(startTools({ MCP_EXAMPLE_PORT: 'eighty' })).rejects.toThrow('MCP_EXAMPLE_PORT')
})
