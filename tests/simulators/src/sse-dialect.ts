import type { Behaviour } from './parse-model-name.ts'

/** One server-sent event in the dialect of this model's name. */
export function encodeEvent(event: object | string, behaviour: Behaviour, name?: string): string {
  const end = behaviour.flags.has('crlf') ? '\r\n' : behaviour.flags.has('cr') ? '\r' : '\n'
  const field = behaviour.flags.has('nospace') ? 'data:' : 'data: '
  const comment = behaviour.flags.has('comments') ? `: still here${end}${end}` : ''
  const data = typeof event === 'string' ? event : JSON.stringify(event)
  return `${comment}${name ? `event: ${name}${end}` : ''}${field}${data}${end}${end}`
}

/** What is put into the stream's middle by `bad~…` and `huge…`; null where the name asks for none. */
export function garbage(behaviour: Behaviour): string | null {
  if (behaviour.numbers.huge > 0)
    return `data: {"choices":[],"pad":"${'x'.repeat(behaviour.numbers.huge * 1_000_000)}"}\n\n`
  switch (behaviour.words.bad ?? '') {
    case 'json':
      return 'data: {"id":"chatcmpl-bad","choices":[{"index":0,"del\n\n'
    case 'fields':
      return 'id: 7\nretry: 10\nfoo: bar\nevent: chunk\ndata: {"new":[1],"choices":[{"index":0,"delta":{"novel":{"a":1}},"extra":true}],"padding":"aaaa"}\n\n'
    case 'choices':
      return 'data: {"object":"chat.completion.chunk","prompt_filter_results":[]}\n\ndata: {"choices":[]}\n\ndata:\n\n'
    case 'nul':
      return 'data: {"choices":[{"index":0,"delta":{"content":"\\u0000"}}]}\n\n'
    case 'html':
      return '<html><body>502 Bad Gateway</body></html>\n\n'
    default:
      return null
  }
}
