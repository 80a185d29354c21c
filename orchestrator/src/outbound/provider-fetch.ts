import { fetch } from 'undici'
import { createOperatorAgent, type OperatorAgent } from './operator-agent.ts'

/** `fetch` for a service the operator has named, and for the origins that its own metadata leads to. */
export interface ProviderFetch {
  fetch(
    url: string,
    init: { method: string; headers: Record<string, string>; body?: unknown; signal?: AbortSignal },
  ): Promise<Response>
  close(): Promise<void>
}

/** A provider's endpoints lie on a few origins. */
const MAX_ORIGINS = 8
/** Metadata, keys and tokens are small. */
const MAX_BYTES = 1024 * 1024
const TIMEOUT_MS = 10_000

/**
 * Each origin has its own guarded way (`createOperatorAgent`): no redirect is followed, metadata addresses are refused. The
 * provider is the operator's choice, and so are the addresses it publishes; in production all of them are https.
 */
export function createProviderFetch(): ProviderFetch {
  const agents = new Map<string, OperatorAgent>()
  const agentFor = (url: string): OperatorAgent => {
    const { origin } = new URL(url)
    const known = agents.get(origin)
    if (known !== undefined) return known
    if (agents.size >= MAX_ORIGINS) throw new Error('A provider’s endpoints lie on too many origins')
    const agent = createOperatorAgent(url)
    agents.set(origin, agent)
    return agent
  }
  return {
    fetch: async (url, { method, headers, body, signal }) => {
      const timeout = AbortSignal.timeout(TIMEOUT_MS)
      const response = await fetch(url, {
        method,
        headers,
        ...(body === undefined || body === null ? {} : { body: textOf(body) }),
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        dispatcher: agentFor(url).dispatcher,
      })
      const text = await readBounded(response.body)
      const empty = [204, 205, 304].includes(response.status)
      return new Response(empty ? null : text, { status: response.status, headers: [...response.headers] })
    },
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.dispatcher.destroy()))
    },
  }
}

function textOf(body: unknown): string {
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString()
  throw new TypeError('Providers are sent forms and text alone')
}

async function readBounded(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`The answer is longer than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
