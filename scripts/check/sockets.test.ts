import { expect, test } from 'vitest'
import { findOpenSockets } from './sockets.ts'

const check = (path: string, text: string): string[] => findOpenSockets([{ path: `orchestrator/src/${path}`, text }])

test.each([
  ['the global fetch', `export const a = () => fetch('https://example.com')`],
  ['the global fetch by its full name', `export const a = () => globalThis.fetch('https://example.com')`],
  ['undici', `import { request } from 'undici'\nconst dispatcher = 1`],
  ['a part of undici', `import fetch from 'undici/index-fetch.js'`],
  ['node:http', `import { request } from 'node:http'`],
  ['https without its prefix', `import https from 'https'`],
  ['all of node:net', `import * as net from 'node:net'`],
  ['node:tls among harmless names', `import { type Socket, connect } from 'node:tls'`],
  ['node:net under another name', `import { connect as isIP } from 'node:net'`],
  ['node:dns at run time', `const dns = await import('node:dns')`],
  ['a required module', `const net = require('net')`],
  ['a WebSocket', `new WebSocket('wss://example.com')`],
  ['the global fetch where none was handed in', `export const a = (b: { fetch?: F }) => (b.fetch ?? fetch)('x')`],
  ['the global fetch under another name', `const ask = fetch\nexport const a = () => ask('x')`],
  ['a mailer', `import { createTransport } from 'nodemailer'`],
  ['another database', `import pg from 'pg'`],
  ['a library of OAuth', `import { discovery } from 'openid-client'`],
  ['a program of the machine', `import { spawn } from 'node:child_process'`],
  ['a passed-on module', `export { connect } from 'node:net'`],
])('%s is found where no way out may be', (_, text) => {
  expect(check('users/a.ts', text)).toHaveLength(1)
})

test.each([
  ['a type', `import type { Socket } from 'node:net'\nimport { type Server } from 'node:http'`],
  ['what only reads addresses', `import { BlockList, isIP } from 'node:net'`],
  ['a fetch that was handed in', `export const a = ({ fetch }: Options) => fetch('x')`],
  ['a method of that name', `export const a = (b: B) => b.fetch('x')`],
])('%s is none', (_, text) => {
  expect(check('users/a.ts', text)).toEqual([])
})

test('those who are let out use a guarded dispatcher', () => {
  const text = `import { request } from 'undici'\nawait request(url)`
  expect(check('models/list-models.ts', text)).toHaveLength(1)
  expect(check('models/list-models.ts', text.replace('(url)', '(url, { dispatcher })'))).toEqual([])
})

test('the web app’s server and the tracer are looked at as well', () => {
  const text = `export const a = () => fetch('https://example.com')`
  expect(findOpenSockets([{ path: 'orchestrator/src/a.ts', text: '' }])).toEqual([])
  for (const path of ['frontend/server/a.ts', 'telemetry/src/a.ts'])
    expect(
      findOpenSockets([
        { path: 'orchestrator/src/a.ts', text: '' },
        { path, text },
      ]),
    ).toHaveLength(1)
})

test('a check that sees no file fails', () => {
  expect(findOpenSockets([])).toHaveLength(1)
})
