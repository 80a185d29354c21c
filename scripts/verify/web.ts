import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type LookupFunction, isIP } from 'node:net'
import { lookup } from 'node:dns'
import { getCACertificates, type PeerCertificate, TLSSocket } from 'node:tls'

/** One answer; its body is still to be read. */
export interface WebAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: IncomingMessage
  certificate: PeerCertificate | null
  text(): Promise<string>
}

interface WebRequest {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** Asks the web; follows no redirect. */
export type Web = (url: URL | string, request?: WebRequest) => Promise<WebAnswer>

const silenceSeconds = 60

/** A client that also believes `ca` (PEM), or, `insecure`, any certificate. */
export function createWeb({ ca, insecure }: { ca: string | null; insecure: boolean }): Web {
  const trust = { rejectUnauthorized: !insecure, ca: [...getCACertificates('default'), ...(ca === null ? [] : [ca])] }
  return (address, { method = 'GET', headers = {}, body } = {}) => {
    const url = new URL(address)
    const common = { method, headers, lookup: lookupOrLoopback, agent: false as const }
    const { promise, resolve, reject } = Promise.withResolvers<WebAnswer>()
    const request = url.protocol === 'https:' ? requestHttps(url, { ...common, ...trust }) : requestHttp(url, common)
    request.once('error', reject)
    request.setTimeout(silenceSeconds * 1000, () =>
      request.destroy(new Error(`${url.origin} was silent for ${silenceSeconds} s`)),
    )
    request.once('response', (answer) => {
      const { socket } = answer
      const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate() : null
      const { statusCode: status = 0, headers: received } = answer
      resolve({ status, headers: received, body: answer, certificate, text: () => readAll(answer) })
    })
    request.end(body)
    return promise
  }
}

/** RFC 6761 §6.3: names below localhost are this machine, whatever its resolver says. */
const lookupOrLoopback: LookupFunction = (host, options, done) => {
  if (!host.endsWith('.localhost') || isIP(host) !== 0) return lookup(host, options, done)
  if (options.all) return done(null, [{ address: '127.0.0.1', family: 4 }])
  return done(null, '127.0.0.1', 4)
}

async function readAll(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8')
  let text = ''
  for await (const part of answer) text += part
  return text
}
