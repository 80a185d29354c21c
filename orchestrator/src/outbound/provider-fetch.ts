import { type Dispatcher, fetch } from 'undici'
import { createOperatorAgent } from './operator-agent.ts'
import { createPublicAgent } from './public-agent.ts'

/** `fetch` for a service the operator has named, and for the origins that its own metadata leads to. */
export interface ProviderFetch {
  fetch(
    url: string,
    init: { method: string; headers: Record<string, string>; body?: unknown; signal?: AbortSignal },
  ): Promise<Response>
  close(): Promise<void>
}

/** Metadata, keys and tokens are small. */
const MAX_BYTES = 1024 * 1024
const TIMEOUT_MS = 10_000

/**
 * The addresses the operator has `named` each have their own guarded way, and may be private. What the provider's metadata
 * leads to beside them is what a document says: public addresses alone. No redirect is followed.
 */
export function createProviderFetch(named: readonly string[]): ProviderFetch {
  const agents = new Map(named.map((url) => [new URL(url).origin, createOperatorAgent(url)]))
  const others = createPublicAgent()
  const agentFor = (url: string): { dispatcher: Dispatcher } => agents.get(new URL(url).origin) ?? others
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
      await Promise.all([...agents.values(), others].map((agent) => agent.dispatcher.destroy()))
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
