import {
  Client,
  SdkError,
  SdkErrorCode,
  type AuthProvider,
  type ElicitRequest,
  type ElicitResult,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client'
import { sleep } from '../lib/sleep.ts'
import { HttpTransport, type Fetch } from './http-transport.ts'
import type { ServerSpec, StdioReach } from './server-spec.ts'
import { StdioTransport } from './stdio-transport.ts'

export interface OpenClientOptions {
  /** Our own version, told to servers. */
  version: string
  fetch: Fetch
  /** The most that is read of one answer. */
  maxResponseBytes: number
  /** How long connecting, and each list, may take. */
  timeoutMs: number
  authProvider?: AuthProvider | OAuthClientProvider
  /** Answers a server's question to the person. Without it servers are told that we cannot ask. */
  elicit?: (request: ElicitRequest) => Promise<ElicitResult>
  onError?: (error: Error) => void
}

/** A connected client. */
export interface OpenClient {
  client: Client
  transport: HttpTransport | StdioTransport
  close(): Promise<void>
}

/**
 * Connects in the newest protocol both sides speak: 2026-07-28, or 2025-11-25 and older by handshake. Rejects when the
 * server cannot be reached or speaks none of them; nothing is left open then.
 */
export async function openClient(
  spec: ServerSpec,
  options: OpenClientOptions,
  signal: AbortSignal,
): Promise<OpenClient> {
  const { reach } = spec
  if (reach.kind === 'http') return connect(makeHttpTransport(spec, options), options, signal, 'negotiate')
  try {
    return await connect(makeStdioTransport(reach, options), options, signal, 'negotiate')
  } catch (error) {
    // Some servers of the handshake era end when the first message is not the handshake.
    if (signal.aborted || !isEarlyEnd(error)) throw error
    return connect(makeStdioTransport(reach, options), options, signal, 'handshake')
  }
}

function makeHttpTransport(spec: ServerSpec, options: OpenClientOptions): HttpTransport {
  if (spec.reach.kind !== 'http') throw new TypeError(`${spec.id} is not reached over HTTP`)
  return new HttpTransport({
    reach: spec.reach,
    fetch: options.fetch,
    maxBytes: options.maxResponseBytes,
    ...(options.authProvider === undefined ? {} : { authProvider: options.authProvider }),
  })
}

function makeStdioTransport(reach: StdioReach, options: OpenClientOptions): StdioTransport {
  return new StdioTransport(reach, options.maxResponseBytes)
}

async function connect(
  transport: HttpTransport | StdioTransport,
  options: OpenClientOptions,
  signal: AbortSignal,
  era: 'negotiate' | 'handshake',
): Promise<OpenClient> {
  const client = makeClient(options)
  const close = (): Promise<void> => closeClient(client, transport)
  try {
    await client.connect(transport, {
      signal,
      timeout: options.timeoutMs,
      ...(era === 'handshake' ? { prior: { kind: 'legacy' } } : {}),
    })
    return { client, transport, close }
  } catch (error) {
    await close()
    throw withLastWords(error, transport)
  }
}

function makeClient(options: OpenClientOptions): Client {
  const { elicit, onError } = options
  const client = new Client(
    { name: 'ai-assistant', version: options.version },
    {
      versionNegotiation: { mode: 'auto', probe: { timeoutMs: options.timeoutMs } },
      capabilities: elicit === undefined ? {} : { elicitation: { form: { applyDefaults: true } } },
      inputRequired: { autoFulfill: elicit !== undefined },
      // A list that never ends is a fault, not a reason to read for ever.
      listMaxPages: 20,
    },
  )
  if (elicit !== undefined) client.setRequestHandler('elicitation/create', (request) => elicit(request))
  if (onError !== undefined) client.onerror = onError
  return client
}

async function closeClient(client: Client, transport: HttpTransport | StdioTransport): Promise<void> {
  const ignore = (): void => undefined
  if (transport instanceof HttpTransport && transport.sessionId !== undefined) {
    // A courtesy: the server forgets the session by itself if this does not reach it.
    await Promise.race([transport.endSession().catch(ignore), sleep(500)])
  }
  await client.close().catch(ignore)
  await transport.close().catch(ignore)
}

function isEarlyEnd(error: unknown): boolean {
  return error instanceof SdkError && error.code !== SdkErrorCode.RequestTimeout && !error.message.includes('ENOENT')
}

function withLastWords(error: unknown, transport: HttpTransport | StdioTransport): unknown {
  if (!(transport instanceof StdioTransport) || transport.lastWords === '' || !(error instanceof Error)) return error
  if (!(error instanceof SdkError)) return error
  return new SdkError(SdkErrorCode.ConnectionClosed, `${error.message}. It wrote: ${transport.lastWords}`)
}
