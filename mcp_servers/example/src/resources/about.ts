import type { McpServer } from '@modelcontextprotocol/server'

const ABOUT = `This server keeps a few everyday tools: the time in a time zone, exact arithmetic, unit conversion, text statistics,
dates, random values, JSON queries, hashes, a small notebook and a timer.

Nothing leaves the machine: no tool opens a network connection. The notebook is one JSON file, shared by everyone who may
call this server; do not keep secrets in it.
`

export function registerAbout(server: McpServer): void {
  const description = 'What this server offers and what it does with what it is told.'
  server.registerResource(
    'about',
    'example://about',
    { title: 'About', description, mimeType: 'text/plain' },
    (uri) => ({
      contents: [{ uri: uri.href, mimeType: 'text/plain', text: ABOUT }],
    }),
  )
}
