import { connect } from 'node:net'

/** A request as bytes, and the only statuses that may answer it, in order: one more means that a second was smuggled in. */
export interface OddRequest {
  name: string
  bytes: string
  statuses: readonly string[]
}

/** Where a smuggled request would arrive. */
export const smuggledPath = '/api/smuggled'

const smuggled = `GET ${smuggledPath} HTTP/1.1\r\nHost: localhost\r\n\r\n`
const refused = ['400']

/**
 * What HTTP allows and hardly anybody sends, and what it forbids, for a route that is there by GET and by POST. `served` is
 * what that route says to a plain GET and to a POST of `{}`.
 */
export function oddRequests(path: string, served: { get: string; post: string }): OddRequest[] {
  const get = (lines: string, target = path): string => `GET ${target} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`
  const post = (lines: string, body: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${lines}\r\n${body}`
  const host = 'Host: localhost\r\n'
  const chunked = 'Transfer-Encoding: chunked\r\n'
  const close = 'Connection: close\r\n'
  return [
    ...['TRACE', 'PROPFIND', 'M-SEARCH', 'LINK', 'PURGE', 'QUERY', 'SEARCH'].map((method) => ({
      name: `the method ${method}`,
      bytes: `${method} ${path} HTTP/1.1\r\n${host}${close}Content-Type: text/plain\r\n\r\n`,
      statuses: ['405'],
    })),
    { name: 'QUERY without a type', bytes: `QUERY ${path} HTTP/1.1\r\n${host}${close}\r\n`, statuses: refused },
    {
      name: 'a type that is none',
      bytes: `POST ${path} HTTP/1.1\r\n${host}${close}Content-Type: x\r\nContent-Length: 2\r\n\r\n{}`,
      statuses: ['415'],
    },
    { name: 'a method nobody has heard of', bytes: `FETCH ${path} HTTP/1.1\r\n${host}\r\n`, statuses: refused },
    { name: 'a method in small letters', bytes: `get ${path} HTTP/1.1\r\n${host}\r\n`, statuses: refused },
    { name: 'CONNECT', bytes: `CONNECT localhost:22 HTTP/1.1\r\n${host}\r\n`, statuses: [] },
    {
      name: 'an upgrade to a WebSocket',
      bytes: get(`${host}Upgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n`).replace(
        'Connection: close',
        'Connection: close, Upgrade',
      ),
      statuses: [served.get],
    },
    {
      name: 'an upgrade to HTTP/2',
      bytes: get(`${host}Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n`).replace(
        'Connection: close',
        'Connection: close, Upgrade, HTTP2-Settings',
      ),
      statuses: [served.get],
    },
    { name: 'HTTP/2 without asking', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', statuses: refused },
    {
      name: 'trailers',
      bytes: post(`${chunked}${close}Trailer: X-Later, Content-Length\r\n`, '2\r\n{}\r\n0\r\nX-Later: 1\r\n\r\n'),
      statuses: [served.post],
    },
    {
      name: 'a trailer that gives a length, and a second request of that length',
      bytes: post(chunked + close, `2\r\n{}\r\n0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`),
      statuses: refused,
    },
    {
      name: 'Expect: 100-continue',
      bytes: post(`Content-Length: 2\r\nExpect: 100-continue\r\n${close}`, '{}'),
      statuses: ['100', served.post],
    },
    { name: 'an expectation nobody can meet', bytes: get(`${host}Expect: 200-ok\r\n`), statuses: ['417'] },
    { name: 'the absolute form', bytes: get(host, `http://localhost${path}`), statuses: [served.get] },
    { name: 'the absolute form of another place', bytes: get(host, `gopher://localhost${path}`), statuses: ['404'] },
    {
      name: 'the absolute form whose host swallows the path',
      bytes: get(host, `http://x?${path}/../../metrics`),
      statuses: ['404'],
    },
    {
      name: 'the absolute form with a backslash',
      bytes: get(host, `http://x\\api/metrics`),
      statuses: refused,
    },
    {
      name: 'a length beside chunks',
      bytes: post(`${chunked}Content-Length: 2\r\n`, `0\r\n\r\n${smuggled}`),
      statuses: refused,
    },
    {
      name: 'chunks beside a length',
      bytes: post(`Content-Length: 2\r\n${chunked}`, `0\r\n\r\n${smuggled}`),
      statuses: refused,
    },
    { name: 'two lengths', bytes: post('Content-Length: 0\r\nContent-Length: 2\r\n', smuggled), statuses: refused },
    { name: 'a list of lengths', bytes: post('Content-Length: 0, 2\r\n', smuggled), statuses: refused },
    { name: 'a length with a sign', bytes: post('Content-Length: +2\r\n', '{}'), statuses: refused },
    { name: 'a length below nothing', bytes: post('Content-Length: -2\r\n', '{}'), statuses: refused },
    {
      name: 'a length beyond counting',
      bytes: post('Content-Length: 99999999999999999999\r\n', '{}'),
      statuses: refused,
    },
    {
      name: 'a coding nobody knows',
      bytes: post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`),
      statuses: refused,
    },
    {
      name: 'chunked, then another',
      bytes: post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`),
      statuses: refused,
    },
    { name: 'chunked twice', bytes: post(`${chunked}${chunked}`, `0\r\n\r\n${smuggled}`), statuses: refused },
    {
      name: 'a space before the colon',
      bytes: post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${smuggled}`),
      statuses: refused,
    },
    {
      name: 'a folded header',
      bytes: post('X-Folded: a\r\n Transfer-Encoding: chunked\r\n', smuggled),
      statuses: refused,
    },
    {
      name: 'a bare line feed',
      bytes: `POST ${path} HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n${smuggled}`,
      statuses: refused,
    },
    { name: 'a bare carriage return', bytes: post('X-A: b\rContent-Length: 9\r\n', smuggled), statuses: refused },
    {
      name: 'a chunk’s size that is none',
      bytes: post(chunked, `0x2\r\n{}\r\n0\r\n\r\n${smuggled}`),
      statuses: refused,
    },
    { name: 'a chunk’s size beyond counting', bytes: post(chunked, `fffffffffffffffff\r\n{}\r\n`), statuses: refused },
    { name: 'a chunk longer than its size', bytes: post(chunked, `2\r\n{}${smuggled}`), statuses: refused },
    { name: 'two hosts', bytes: get(`${host}Host: evil.example\r\n`), statuses: refused },
    { name: 'the same host twice', bytes: get(`${host}${host}`), statuses: refused },
    { name: 'no host', bytes: get(''), statuses: refused },
    { name: 'headers beyond measure', bytes: get(`${host}X-Long: ${'x'.repeat(100_000)}\r\n`), statuses: ['431'] },
    { name: 'an address beyond measure', bytes: get(host, `${path}?${'x'.repeat(100_000)}`), statuses: ['431'] },
    { name: 'a null character', bytes: get(`${host}X-A: \u0000\r\n`), statuses: refused },
    { name: 'no HTTP at all', bytes: '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', statuses: refused },
  ]
}

/** Sends the bytes and reads until the server closes: the statuses it answered with, one for each answer, and the whole text. */
export function sendBytes(url: string, bytes: string): Promise<{ statuses: string[]; text: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'))
    socket.setEncoding('latin1').setTimeout(5_000, () => socket.destroy(new Error(`no end after: ${text}`)))
    socket.on('data', (chunk: string) => (text += chunk))
    // A server that has said all may reset what is still being sent to it.
    socket.on('error', (error) => (text === '' || error.message.startsWith('no end')) && reject(error))
    socket.on('close', () =>
      resolve({ statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status), text }),
    )
  })
}
