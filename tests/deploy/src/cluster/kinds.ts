/** A kind of object, as the API server lists it. */
export interface Kind {
  group: string
  version: string
  kind: string
  plural: string
  namespaced: boolean
}

/** Every kind that our manifests and chart make, and those that clients make of them. */
const listed: Record<string, string[]> = {
  v1: ['Namespace!', 'ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'PersistentVolumeClaim', 'Pod', 'Endpoints'],
  'apps/v1': ['Deployment', 'StatefulSet', 'ReplicaSet', 'ControllerRevision'],
  'batch/v1': ['Job', 'CronJob'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'networking.k8s.io/v1': ['Ingress', 'NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['Role', 'RoleBinding', 'ClusterRole!', 'ClusterRoleBinding!'],
}

export const kinds: Kind[] = Object.entries(listed).flatMap(([groupVersion, names]) =>
  names.map((name) => {
    const kind = name.replace('!', '')
    const [version = '', group = ''] = groupVersion.split('/').toReversed()
    return { group, version, kind, plural: pluralOf(kind), namespaced: !name.endsWith('!') }
  }),
)

export function kindOf(name: string): Kind {
  const found = kinds.find(({ kind }) => kind === name)
  if (found === undefined) throw new Error(`There is no kind ${name}`)
  return found
}

function pluralOf(kind: string): string {
  const small = kind.toLowerCase()
  if (small.endsWith('s')) return small === 'endpoints' ? small : `${small}es`
  return small.endsWith('cy') ? `${small.slice(0, -1)}ies` : `${small}s`
}

export function apiVersion({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`
}

/** What the API server says of itself at `path`; null where that is no such question. */
export function discover(path: string): object | null {
  if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.2' }
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] }
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups() }
  if (path === '/openapi/v3') {
    const paths = new Set(kinds.map(folderOf))
    return {
      paths: Object.fromEntries([...paths].map((at) => [at.slice(1), { serverRelativeURL: `/openapi/v3${at}` }])),
    }
  }
  const described = /^\/openapi\/v3(\/.+)$/.exec(path)?.[1]
  if (described !== undefined) return openapi(kinds.filter((kind) => folderOf(kind) === described))
  const here = kinds.filter((kind) => folderOf(kind) === path)
  const [first] = here
  if (first === undefined) return null
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersion(first),
    resources: here.map(({ kind, plural, namespaced }) => ({
      name: plural,
      singularName: '',
      namespaced,
      kind,
      verbs,
    })),
  }
}

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

function folderOf({ group, version }: Kind): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`
}

function groups(): object[] {
  return [...new Set(kinds.map(({ group }) => group))]
    .filter((group) => group !== '')
    .map((name) => {
      const version = kinds.find(({ group }) => group === name)?.version
      const preferred = { groupVersion: `${name}/${version}`, version }
      return { name, versions: [preferred], preferredVersion: preferred }
    })
}

/** Enough of it for a client to see that the server itself finds unknown fields. */
function openapi(here: Kind[]): object {
  const parameters = [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }]
  const paths = here.map((one) => {
    const patch = {
      parameters,
      'x-kubernetes-group-version-kind': { group: one.group, version: one.version, kind: one.kind },
    }
    return [`${folderOf(one)}/${one.namespaced ? 'namespaces/{namespace}/' : ''}${one.plural}/{name}`, { patch }]
  })
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.34.2' }, paths: Object.fromEntries(paths) }
}
