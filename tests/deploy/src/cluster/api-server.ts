import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Controllers, type RunCommand } from './controllers.ts'
import { serveExec } from './exec-socket.ts'
import { apiVersion, discover, type Kind, kindOf, kinds } from './kinds.ts'
import { type ClusterObject, isFields, objectSchema, patched } from './objects.ts'
import { isProtobuf, readProtobuf } from './protobuf.ts'
import { type Change, Store } from './store.ts'

interface Options {
  /** What happens where a pod would run a program. */
  run: RunCommand
  /** The faults that the API's own schemas find in an object. */
  faultsOf: (object: unknown) => Promise<string[]>
}

export interface ApiServer {
  url: string
  store: Store
  stop(): void
}

const namespaces = kindOf('Namespace')

/** Said to the client in Kubernetes' own form. */
class Refused extends Error {
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}

/** What a question is about. */
interface Place {
  kind: Kind
  namespace: string | undefined
  name: string | undefined
  sub: string | undefined
  query: URLSearchParams
}

/**
 * A cluster without nodes, as far as kubectl and helm speak to one: it stores objects that the API's schemas accept, and its pods
 * are always ready. It stands in for a real one, and shows that a command is understood and does what it says; not that pods start.
 */
export async function startApiServer(options: Options): Promise<ApiServer> {
  const store = new Store()
  const controllers = new Controllers(store, options.run)
  for (const name of ['default', 'kube-system'])
    store.put(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const server = createServer((request, response) => {
    void answer(request, response, { ...options, store, controllers }).catch((error: unknown) =>
      refuse(response, error),
    )
  })
  server.on('upgrade', (request, socket) => {
    const place = placeOf(request)
    const pod = place?.sub === 'exec' && place.name !== undefined && store.get(place.kind, place.namespace, place.name)
    if (!place || !pod) return socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
    void serveExec(request, socket, () => options.run(place.query.getAll('command'), pod))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

type Cluster = Options & { store: Store; controllers: Controllers }

async function answer(request: IncomingMessage, response: ServerResponse, cluster: Cluster): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://here').pathname.replace(/\/$/, '')
  const about = discover(path)
  if (about !== null) return send(response, 200, about)
  const place = placeOf(request)
  if (place === null) throw new Refused(404, 'NotFound', `there is nothing at ${path}`)
  if (place.sub === 'log') return sendLog(response, place, cluster)
  switch (request.method) {
    case 'GET':
      return place.name === undefined ? list(response, place, cluster) : send(response, 200, found(place, cluster))
    case 'POST':
      return send(response, 201, await write(place, await buffer(request), cluster, 'create'))
    case 'PUT':
      return send(response, 200, await write(place, await buffer(request), cluster, 'replace'))
    case 'PATCH':
      return send(response, 200, await write(place, await buffer(request), cluster, 'patch'))
    case 'DELETE':
      found(place, cluster)
      return send(response, 200, cluster.store.remove(place.kind, place.namespace, place.name ?? '') ?? {})
    default:
      throw new Refused(405, 'MethodNotAllowed', `${request.method} is not known`)
  }
}

function placeOf(request: IncomingMessage): Place | null {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://here')
  const parts = pathname.split('/').filter((part) => part !== '')
  const [root, ...rest] = parts
  const group = root === 'apis' ? (rest.shift() ?? '') : ''
  const version = rest.shift()
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest.splice(0, 2)[1] : undefined
  const [plural, name, sub] = rest
  const kind = kinds.find((one) => one.group === group && one.version === version && one.plural === plural)
  return kind === undefined ? null : { kind, namespace, name, sub, query }
}

function found({ kind, namespace, name = '' }: Place, { store }: Cluster): ClusterObject {
  const object = store.get(kind, namespace, name)
  if (object === undefined) throw new Refused(404, 'NotFound', `${kind.plural} "${name}" not found`)
  return object
}

async function write(
  place: Place,
  body: Buffer,
  cluster: Cluster,
  how: 'create' | 'replace' | 'patch',
): Promise<ClusterObject> {
  const { kind, namespace, query } = place
  const sent: unknown = isProtobuf(body)
    ? readProtobuf(body, (cronJob) => templateOf(cluster, namespace, cronJob))
    : JSON.parse(body.toString())
  // What an object is may be left to the place it is sent to.
  const named = { apiVersion: apiVersion(kind), kind: kind.kind, ...(isFields(sent) ? sent : {}) }
  const whole = objectSchema.parse(how === 'patch' ? patched(found(place, cluster), sent) : named)
  const faults = await cluster.faultsOf({ ...whole, apiVersion: apiVersion(kind), kind: kind.kind, status: undefined })
  if (faults.length > 0) throw new Refused(422, 'Invalid', faults.join('; '))
  const old = cluster.store.get(kind, namespace, whole.metadata.name)
  if (how === 'create' && old !== undefined)
    throw new Refused(409, 'AlreadyExists', `${kind.plural} "${whole.metadata.name}" already exists`)
  if (kind.kind === 'Job' && old !== undefined && JSON.stringify(old.spec) !== JSON.stringify(whole.spec))
    throw new Refused(422, 'Invalid', 'spec.template: field is immutable')
  if (namespace !== undefined && cluster.store.get(namespaces, undefined, namespace) === undefined)
    throw new Refused(404, 'NotFound', `namespaces "${namespace}" not found`)
  if (query.get('dryRun') === 'All') return whole
  // How an object is doing is for the cluster to say.
  const status = old?.status === undefined ? {} : { status: old.status }
  const { status: _claimed, ...said } = whole
  const metadata = { ...whole.metadata, ...(namespace === undefined ? {} : { namespace }) }
  const placed = { ...said, ...status, metadata }
  const stored = cluster.store.put(kind, cluster.controllers.complete(placed))
  cluster.controllers.follow(stored)
  return stored
}

function templateOf({ store }: Cluster, namespace: string | undefined, cronJob: string): object {
  const template = store.get(kindOf('CronJob'), namespace, cronJob)?.spec?.['jobTemplate']
  return isFields(template) && isFields(template['spec']) ? template['spec'] : {}
}

function list(response: ServerResponse, { kind, namespace, query }: Place, { store }: Cluster): void {
  const wanted = (object: ClusterObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) && selected(object, query)
  if (query.get('sendInitialEvents') === 'true') throw new Refused(422, 'Invalid', 'sendInitialEvents is not known')
  if (query.get('watch') !== 'true' && query.get('watch') !== '1') {
    const items = store.list(kind, namespace).filter(wanted)
    const metadata = { resourceVersion: String(store.version) }
    return send(response, 200, { kind: `${kind.kind}List`, apiVersion: apiVersion(kind), metadata, items })
  }
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
  const tell = (change: Change) => {
    if (change.kind !== kind || !wanted(change.object)) return
    response.write(`${JSON.stringify({ type: change.type, object: change.object })}\n`)
  }
  const since = Number(query.get('resourceVersion') ?? 0)
  for (const change of store.changes.filter(({ version }) => version > since)) tell(change)
  response.once('close', store.listen(tell))
}

function selected({ metadata }: ClusterObject, query: URLSearchParams): boolean {
  const field = /metadata\.name=([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1]
  if (field !== undefined && metadata.name !== field) return false
  return (query.get('labelSelector') ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [, key = '', , value] = /^([^!=]+)(=+)?(.*)$/.exec(term) ?? []
      return metadata.labels?.[key] === value
    })
}

async function sendLog(response: ServerResponse, { namespace, name = '' }: Place, cluster: Cluster): Promise<void> {
  const log = await cluster.controllers.logs.get(`${namespace}/${name}`)
  response.writeHead(200, { 'content-type': 'text/plain' }).end(log ?? '')
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, error: unknown): void {
  const { code, reason, message } =
    error instanceof Refused
      ? error
      : new Refused(500, 'InternalError', error instanceof Error ? error.message : String(error))
  send(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message })
}
