import type { ServerChild } from '@ai-assistant/system-tests/product/server-child'
import type { Person } from './make-persons.ts'
import type { Nginx } from './nginx.ts'
import { completionBody, type Peer } from './peer.ts'

export interface Servers {
  upstream: ServerChild
  nginx: Nginx | null
  pipe: ServerChild
  relay: ServerChild
  /** What the relay wants to be shown. */
  token: string
  orchestrator: ServerChild
  web: ServerChild
  persons: Person[]
  postgresPid: number
}

/** The ways to the upstream's answers, from the barest on. */
export function listPeers(servers: Servers): Peer[] {
  const { upstream, nginx, pipe, relay, token, orchestrator, web, persons, postgresPid } = servers
  const own = () => ({ orchestrator: [orchestrator.pid], postgres: [postgresPid] })
  return [
    completions('direct', upstream.url, {}, () => ({})),
    ...(nginx === null ? [] : [completions('nginx', nginx.url, {}, () => ({ nginx: [nginx.pid] }))]),
    completions('pipe', pipe.url, {}, () => ({ pipe: [pipe.pid] })),
    completions('relay', relay.url, { authorization: `Bearer ${token}` }, () => ({ relay: [relay.pid] })),
    product('orchestrator', orchestrator.url, persons, own),
    product('web', web.url, persons, () => ({ ...own(), web: [web.pid] })),
  ]
}

function completions(name: Peer['name'], base: string, headers: Record<string, string>, pids: Peer['pids']): Peer {
  return { name, url: `${base}/v1/chat/completions`, headers, cookies: [], body: completionBody, pids }
}

/** As the page asks: in a session, with a key of its own for each question. */
function product(name: Peer['name'], base: string, persons: Person[], pids: Peer['pids']): Peer {
  return {
    name,
    url: `${base}/api/chat`,
    headers: { 'idempotency-key': '{{id}}', accept: 'text/event-stream' },
    cookies: persons.map((person) => person.cookie),
    body: (behaviour) => JSON.stringify({ parts: [{ type: 'text', text: behaviour }] }),
    pids,
  }
}
