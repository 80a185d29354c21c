import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { MarkdownText } from './markdown-text.tsx'
import { safeImage, safeLink } from './safe-link.ts'

const html = (text: string, streaming = false) =>
  renderToStaticMarkup(<MarkdownText text={text} streaming={streaming} />)

/** Every tag with its attributes, as a browser would read them from our well-formed output. */
function tagsOf(markup: string): { name: string; attributes: Map<string, string> }[] {
  return Array.from(markup.matchAll(/<([a-z][a-z0-9]*)((?:\s[^>]*)?)>/g), ([, name = '', rest = '']) => ({
    name,
    attributes: new Map(Array.from(rest.matchAll(/([\w:-]+)="([^"]*)"/g), ([, key = '', value = '']) => [key, value])),
  }))
}

/** What is wrong with where a tag leads or what it fetches. */
function faultOf(name: string, attributes: Map<string, string>): string | null {
  const href = attributes.get('href') ?? ''
  if (name === 'a' && !/^(?:https?|mailto):/.test(href)) return `leads to ${href}`
  if (name === 'a' && attributes.get('rel') !== 'noopener noreferrer nofollow') return 'tells where it comes from'
  const fetches = name === 'img' && !/^data:image\/(?:png|jpeg|gif|webp);base64,/.test(attributes.get('src') ?? '')
  return fetches ? `fetches ${attributes.get('src')}` : null
}

const ours =
  /^(?:div|p|h[3-6]|ul|ol|li|blockquote|hr|strong|em|del|code|pre|br|a|span|img|table|thead|tbody|tr|th|td|input|figure|figcaption|button|svg|use)$/

const bait = fc.constantFrom(
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt&colon;alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '![x](https://evil.example/p.png)',
  '![x](data:image/svg+xml;base64,PHN2Zz4=)',
  '<https://evil.example/"onmouseover="alert(1)>',
  '[x]: javascript:alert(1)\n\n[x]',
  '&lt;script&gt;',
  '```html\n<script>\n```',
  '| a |\n|--|\n| <b onclick=x> |',
  '- [ ] <style>*{}</style>',
)
const pieces = fc.array(
  fc.oneof(bait, fc.string(), fc.constantFrom('\n', '\n\n', '# ', '> ', '- ', '**', '`', '```', '[', '](', ')')),
  { maxLength: 14 },
)

test('whatever is written, only our own tags come out, and they lead and fetch nowhere they should not', () => {
  fc.assert(
    fc.property(pieces, fc.boolean(), (written, streaming) => {
      for (const { name, attributes } of tagsOf(html(written.join(''), streaming))) {
        expect(name).toMatch(ours)
        expect([...attributes.keys()].filter((key) => key.startsWith('on') || key === 'style')).toEqual([])
        expect(faultOf(name, attributes)).toBeNull()
      }
    }),
    { numRuns: 2000 },
  )
})

test('a link says which host it leads to', () => {
  expect(html('[the docs](https://docs.example.org/page)')).toContain('docs.example.org')
  expect(html('[https://bank.example](https://evil.example/x)')).toContain('(evil.example)')
})

test('a label that mentions the host, or looks like another, does not stand for it', () => {
  expect(html('[https://bank.example, once evil.example](https://evil.example/x)')).toContain('(evil.example)')
  expect(html('[https://bаnk.example](https://bаnk.example)')).toContain('(xn--bnk-6cd.example)')
  expect(html('[the bank](mailto:thief@evil.example?body=secret)')).toContain('(thief@evil.example)')
  expect(html('https://docs.example.org/page and docs@example.org')).not.toContain('class="host"')
})

test('an image from elsewhere is a link to it', () => {
  const markup = html('![a cat](https://pictures.example/cat.png)')
  expect(markup).not.toContain('<img')
  expect(markup).toContain('href="https://pictures.example/cat.png"')
})

test('HTML is shown as the text it is', () => {
  expect(html('Use <b>bold</b> here')).toContain('&lt;b&gt;bold&lt;/b&gt;')
})

test('headings never skip a level, whichever ones an answer uses', () => {
  const levels = Array.from(html('### c\n\n# a\n\n#### d\n\n###### f').matchAll(/<h(\d)/g), ([, level]) =>
    Number(level),
  )
  expect(levels).toEqual([3, 3, 4, 5])
})

test('what is open while text still comes is shown as if it were closed', () => {
  expect(html('Some **bold wor', true)).toContain('<strong>bold wor</strong>')
})

test.each(['javascript:alert(1)', 'https://user:secret@evil.example', '/local', '#here', 'ftp://x', ''])(
  'no link is made of %s',
  (href) => expect(safeLink(href)).toBeNull(),
)

test('pictures that are in the text itself are shown, drawings that may hold scripts are not', () => {
  expect(safeImage('data:image/png;base64,AAAA')).toBe('data:image/png;base64,AAAA')
  expect(safeImage('data:image/svg+xml;base64,AAAA')).toBeNull()
})
