import { fault, type Finding, ok, skipped } from './finding.ts'

const CHECK = 'Streaming'
/** Takes the offline model some seconds, and any other a few dozen tokens. */
const QUESTION = 'Count slowly from 1 to 20.'
/** An answer that came faster than this tells nothing of who held it back. */
const SHORTEST_MS = 400

export interface StreamingOptions {
  /** Where the system is reached, through all that stands before it. */
  url: string
  /** The `Cookie` header of a session. */
  cookie: string
  fetch: (url: string, init: RequestInit) => Promise<Response>
  now: () => number
}

/**
 * Asks a question through the proxies and measures when its answer's events arrive. A proxy that buffers gives all of them out
 * at the end: then even the first, which the server sends before it asks a model, comes with the last.
 */
export async function lookAtStreaming({ url, cookie, fetch, now }: StreamingOptions): Promise<Finding> {
  const began = now()
  const answer = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', cookie },
    body: JSON.stringify({ parts: [{ type: 'text', text: QUESTION }] }),
  })
  if (!answer.ok || answer.body === null) return skipped(CHECK, `the question was answered with ${answer.status}`)
  const arrivals: number[] = []
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body) {
    arrivals.push(now() - began)
    text += decoder.decode(chunk, { stream: true })
  }
  await forget(text, { url, cookie, fetch })
  return judge(arrivals, text.match(/^id:/gm)?.length ?? 0)
}

function judge(arrivals: number[], events: number): Finding {
  const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)]
  const measured = `${events} events in ${arrivals.length} pieces, the first after ${Math.round(first)} ms, the last after ${Math.round(last)} ms`
  if (events < 3 || last < SHORTEST_MS) return skipped(CHECK, `the answer was too short to tell (${measured})`)
  if (first <= last / 2 && arrivals.length > 2) return ok(CHECK, measured)
  const advice =
    'A proxy holds the stream back. nginx: proxy_buffering off; ingress-nginx: nginx.ingress.kubernetes.io/proxy-buffering "off"; ' +
    'others: switch buffering and compression of text/event-stream off.'
  return fault(CHECK, measured, advice)
}

/** Nobody needs the conversation; where it cannot be deleted it is in the list, and does no harm. */
async function forget(text: string, { url, cookie, fetch }: Omit<StreamingOptions, 'now'>): Promise<void> {
  const id = /"conversationId":"([0-9a-f-]{36})"/.exec(text)?.[1]
  if (id === undefined) return
  await fetch(`${url}/api/conversations/${id}`, { method: 'DELETE', headers: { cookie } }).catch(() => undefined)
}
