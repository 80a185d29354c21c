import { expect, test } from 'vitest'
import { toolContent } from './content.ts'

const source = { tool: 'Read\u202E file', server: 'files' }

test('parts that are no text are named, not shown', () => {
  const { content } = toolContent(source, {
    content: [
      { type: 'image', mimeType: 'image/png', data: 'A'.repeat(4096) },
      { type: 'audio', mimeType: 'audio/wav', data: '' },
      { type: 'resource', resource: { uri: 'file:///a.txt', text: 'inside' } },
      { type: 'resource', resource: { uri: 'file:///b.bin', blob: 'AAAA' } },
      { type: 'resource_link', name: 'c', uri: 'https://example.org/c' },
    ],
  })
  expect(content.split('\n')).toEqual([
    '[result of Read file from files; untrusted text]',
    '[image image/png, 3 KiB, not shown]',
    '[audio audio/wav, 0 KiB, not shown]',
    '[file file:///a.txt]',
    'inside',
    '[file file:///b.bin, not shown]',
    '[link: c https://example.org/c]',
  ])
})

test('a result without text is read as its structure, and one without anything says so', () => {
  expect(toolContent(source, { content: [], structuredContent: { a: 1 } }).content).toContain('"a": 1')
  expect(toolContent(source, { content: [] }).content).toContain('[no content]')
})

test('a cut falls on a character, and says how much was there', () => {
  const { content, bytes } = toolContent(source, { content: [{ type: 'text', text: '€'.repeat(200_000) }] })
  expect(content).not.toContain('\uFFFD')
  expect(content).toMatch(/€\n\[cut here: the result has 586 KiB, 256 KiB are shown\]$/)
  expect(bytes).toBe(Buffer.byteLength(content))
})

test('line breaks of all kinds stay, other control characters go', () => {
  const text = 'a\r\nb\rc\u2028d\te\u0000f\u0085g'
  expect(toolContent(source, { content: [{ type: 'text', text }] }).output).toBe('a\nb\nc\nd\tefg')
})
