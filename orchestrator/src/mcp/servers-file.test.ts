import { expect, test } from 'vitest'
import { specsOfUrls } from './server-spec.ts'
import { parseServersFile } from './servers-file.ts'

test('a base URL without a path means its /mcp, and a URL named twice is one server', () => {
  const specs = specsOfUrls(
    ['http://localhost:8001', 'http://localhost:8001/mcp', 'https://tools.example/v2/'],
    'secret',
  )
  expect(specs.map((spec) => spec.id)).toEqual(['http://localhost:8001/mcp', 'https://tools.example/v2/'])
  expect(specs[0]?.reach).toMatchObject({ headers: { authorization: 'Bearer secret' } })
})

test.each([
  ['ftp://tools.example', 'only http and https'],
  ['not a url', 'is not a URL'],
  ['http://user:password@tools.example', 'credentials'],
])('%s is refused', (url, reason) => {
  expect(() => specsOfUrls([url], null)).toThrow(reason)
})

test('servers of the file are read, with variables put in', () => {
  const text = JSON.stringify({
    mcpServers: {
      web: { url: 'https://${HOST}/mcp', headers: { authorization: 'Bearer ${TOKEN}' } },
      local: { command: 'tool', args: ['--home', '${HOST}'], env: { KEY: '${TOKEN}' }, trusted: false },
    },
  })
  expect(parseServersFile(text, { HOST: 'tools.example', TOKEN: 't', PATH: '/bin', OTHER: 'x' })).toEqual([
    {
      id: 'file:web',
      name: 'web',
      trusted: true,
      reach: { kind: 'http', url: new URL('https://tools.example/mcp'), headers: { authorization: 'Bearer t' } },
    },
    {
      id: 'file:local',
      name: 'local',
      trusted: false,
      reach: { kind: 'stdio', command: 'tool', args: ['--home', 'tools.example'], env: { PATH: '/bin', KEY: 't' } },
    },
  ])
})

test('every fault is told at once, by the name of its server', () => {
  const text = JSON.stringify({ mcpServers: { a: { url: 'http://${MISSING}' }, b: { url: 'gopher://old' } } })
  expect(() => parseServersFile(text, {})).toThrow(/a: the variable MISSING is not set\nb: .*http/)
})

test.each(['{', '[]', '{"mcpServers":{"a":{}}}', '{"mcpServers":{"a":{"url":"http://b","command":"c"}}}'])(
  'what is not a file of servers is refused: %s',
  (text) => {
    expect(() => parseServersFile(text, {})).toThrow('The file of MCP servers is not')
  },
)
