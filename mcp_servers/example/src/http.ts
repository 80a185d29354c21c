import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  hostHeaderValidation,
  localhostHostValidation,
  localhostOriginValidation,
  originValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServerFactory, type ServerNotifier } from '@modelcontextprotocol/server'
import { isLoopback, type Config } from './config.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

// The longest text a tool takes is 200 000 characters; this leaves room for its escaping.
const MAX_BODY_BYTES = 1_048_576

export interface HttpHandlerOptions {
  /** Makes the MCP server that answers one request. Another factory serves another server by the same rules. */
  factory: McpServerFactory
  config: Pick<Config, 'host' | 'token' | 'metrics' | 'metricsToken' | 'allowedHosts'>
  log: Log
  metrics: Metrics
  /** Whether the server can do its work now; the reason if it cannot. */
  ready: () => Promise<{ ready: true } | { ready: false; reason: string }>
}

export interface HttpHandler {
  listener: RequestListener
  /** Tells subscribed clients that resources or tools changed. */
  notify: ServerNotifier
  /** Ends running calls. */
  close(): Promise<void>
}

type Route = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** The HTTP face: `/mcp` (both protocol eras, stateless), `/health`, `/ready`, `/metrics`. For `node:http`. */
export function createHttpHandler({ factory, config, log, metrics, ready }: HttpHandlerOptions): HttpHandler {
  const mcp = createMcpHandler(factory, {
    maxRequestBodySize: MAX_BODY_BYTES,
    onerror: (error) => log('warn', 'mcp_error', { reason: error.message }),
  })
  const handleMcp = toNodeHandler(mcp, { maxRequestBodySize: MAX_BODY_BYTES })
  const mayTalk = callerGuard(config)

  const serveMcp: Route = async (request, response) => {
    if (!mayTalk(request, response)) return
    // Every request a server receives has both; the types of Node and of the SDK only say so differently.
    const { method = '', url = '' } = request
    await handleMcp(Object.assign(request, { method, url }), response)
  }
  const routes: Record<string, Route> = {
    '/mcp': serveMcp,
    // A base URL without a path, as people write it in MCP_DISCOVERY_URLS, reaches the same endpoint.
    '/': serveMcp,
    '/health': (_request, response) => sendJson(response, 200, { status: 'ok' }),
    '/ready': async (_request, response) => {
      const state = await ready()
      sendJson(response, state.ready ? 200 : 503, state)
    },
    '/metrics': (request, response) => {
      if (!config.metrics) return sendJson(response, 404, { error: 'not_found', message: 'PROMETHEUS_ENABLED is off.' })
      if (!mayScrape(request, config.metricsToken)) return refuseToken(request, response)
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(metrics.render())
    },
  }

  return {
    listener(request, response) {
      const started = performance.now()
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
      const route = Object.hasOwn(routes, path) ? routes[path] : undefined
      response.once('close', () => {
        const seconds = (performance.now() - started) / 1000
        metrics.countRequest(request.method ?? '', route === undefined ? 'other' : path, response.statusCode, seconds)
      })
      if (route === undefined) return sendJson(response, 404, { error: 'not_found', message: 'MCP is served at /mcp.' })
      Promise.resolve(route(request, response)).catch((error: unknown) => {
        log('error', 'request_failed', { path, error })
        response.destroy()
      })
    },
    notify: mcp.notify,
    close: () => mcp.close(),
  }
}

/** Refuses what a web page in the victim's browser would send (DNS rebinding), then what does not show the token. */
function callerGuard(config: HttpHandlerOptions['config']) {
  const local = isLoopback(config.host)
  const anyHost = () => true
  const named = config.allowedHosts === null ? anyHost : hostHeaderValidation(config.allowedHosts)
  const hostIsOurs = local ? localhostHostValidation() : named
  // No page on another machine is meant to call tools by itself, so beyond loopback every Origin is refused.
  const originIsOurs = local ? localhostOriginValidation() : originValidation([])
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!hostIsOurs(request, response) || !originIsOurs(request, response)) return false
    if (config.token === null || showsToken(request, config.token)) return true
    refuseToken(request, response)
    return false
  }
}

function mayScrape(request: IncomingMessage, token: string | null): boolean {
  return token === null || isLoopback(request.socket.remoteAddress ?? '') || showsToken(request, token)
}

/** Compares digests, so that neither content nor length of the token shows in the time it takes. */
function showsToken(request: IncomingMessage, token: string): boolean {
  const shown = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
  return shown !== undefined && timingSafeEqual(digest(shown), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function refuseToken(request: IncomingMessage, response: ServerResponse): void {
  // RFC 6750 section 3.1: no token at all gets a bare challenge, a wrong one is told so.
  const wrong = request.headers.authorization !== undefined
  response.setHeader('www-authenticate', wrong ? 'Bearer error="invalid_token"' : 'Bearer')
  sendJson(response, 401, { error: 'invalid_token', message: 'Send the service token: Authorization: Bearer <token>.' })
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
