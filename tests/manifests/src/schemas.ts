import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { run } from './run.ts'

/** The version of Kubernetes that the manifests are validated against, and custom resources that they use. */
const kubernetes = 'k8s.io/kubernetes@v1.34.2'
const customResources: Record<string, string[]> = {
  'k8s.io/autoscaler/vertical-pod-autoscaler@v1.5.1': ['deploy/vpa-v1-crd-gen.yaml'],
  'sigs.k8s.io/gateway-api@v1.4.0': [
    'config/crd/standard/gateway.networking.k8s.io_gateways.yaml',
    'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
  ],
  'github.com/cert-manager/cert-manager@v1.19.1': ['deploy/crds/cert-manager.io_clusterissuers.yaml'],
  'github.com/prometheus-operator/prometheus-operator@v0.80.1': [
    'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  ],
  'github.com/external-secrets/external-secrets@v1.3.2': ['config/crds/bases/external-secrets.io_externalsecrets.yaml'],
}

export const schemaFolder = join(import.meta.dirname, '../../../.cache/manifests/schemas-1.34.2-with-rules')

/** How kubeconform finds a schema in the folder. */
// The group of what has none is its version, as kubeconform reads apiVersion.
export const schemaLocation = join(schemaFolder, '{{ .ResourceKind }}-{{ .Group }}-{{ .ResourceAPIVersion }}.json')

type Schema = Record<string, unknown>

/** Makes strict JSON schemas, one a kind, out of the API's own description and of the definitions of custom resources. */
export async function prepareSchemas(): Promise<void> {
  const started = `${schemaFolder}.part`
  await rm(started, { recursive: true, force: true })
  await mkdir(started, { recursive: true })
  for (const [name, schema] of [...(await builtIn()), ...(await custom())]) {
    await writeFile(join(started, name), JSON.stringify(schema))
  }
  await rename(started, schemaFolder)
}

const swaggerSchema = z.object({ definitions: z.record(z.string(), z.record(z.string(), z.unknown())) })
const kindsSchema = z.array(z.object({ group: z.string(), version: z.string(), kind: z.string() }))

async function builtIn(): Promise<[string, Schema][]> {
  const file = join(await download(kubernetes), 'api/openapi-spec/swagger.json')
  const { definitions } = swaggerSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  const strict: Record<string, Schema> = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, strictly(schema)]),
  )
  return Object.entries(definitions).flatMap(([name, schema]) => {
    const kinds = kindsSchema.safeParse(schema['x-kubernetes-group-version-kind'])
    return (kinds.data ?? []).map(({ group, version, kind }): [string, Schema] => [
      `${kind.toLowerCase()}-${group || version}-${version}.json`,
      { ...strict[name], definitions: reachable(strict, name) },
    ])
  })
}

const definitionSchema = z.object({
  spec: z.object({
    group: z.string(),
    names: z.object({ kind: z.string() }),
    versions: z.array(
      z.object({
        name: z.string(),
        schema: z.object({ openAPIV3Schema: z.record(z.string(), z.unknown()) }),
      }),
    ),
  }),
})

async function custom(): Promise<[string, Schema][]> {
  const schemas: [string, Schema][] = []
  for (const [module, files] of Object.entries(customResources)) {
    const folder = await download(module)
    for (const file of files) {
      const documents = parseAllDocuments(await readFile(join(folder, file), 'utf8')).map((document) => document.toJS())
      for (const { spec } of documents.flatMap((document) => definitionSchema.safeParse(document).data ?? [])) {
        for (const { name, schema } of spec.versions) {
          const strict = strictly(schema.openAPIV3Schema)
          schemas.push([`${spec.names.kind.toLowerCase()}-${spec.group}-${name}.json`, withMetadata(strict)])
        }
      }
    }
  }
  return schemas
}

async function download(module: string): Promise<string> {
  const told = await run('go', ['mod', 'download', '-json', module], {
    env: { GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
    cwd: import.meta.dirname,
  })
  return z.object({ Dir: z.string() }).parse(JSON.parse(told)).Dir
}

/** An object may hold what its schema names and nothing else, as the API server says of a field it does not know. */
function strictly(schema: unknown): Schema {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return {}
  const { description: _words, format, ...rest }: Schema = { ...schema }
  if (format === 'int-or-string' || rest['x-kubernetes-int-or-string'] === true) {
    return { anyOf: [{ type: 'integer' }, { type: 'string' }] }
  }
  const strict = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, strictValue(key, value)]))
  const open = rest['x-kubernetes-preserve-unknown-fields'] === true
  if (rest['properties'] !== undefined && rest['additionalProperties'] === undefined && !open) {
    strict['additionalProperties'] = false
  }
  return strict
}

function strictValue(key: string, value: unknown): unknown {
  if (key === 'properties' && typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, property]) => [name, strictly(property)]))
  }
  if (key === 'items') return strictly(value)
  if (key === 'additionalProperties' && typeof value === 'object') return strictly(value)
  return value
}

/** What the definitions of custom resources leave to the server. */
function withMetadata(schema: Schema): Schema {
  const properties = z.record(z.string(), z.unknown()).parse(schema['properties'])
  return { ...schema, properties: { ...properties, metadata: { type: 'object' } } }
}

/** The definitions that a schema leads to, itself among them. */
function reachable(definitions: Record<string, Schema>, name: string): Record<string, Schema> {
  const found: Record<string, Schema> = {}
  const waiting = [name]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const schema = definitions[next]
    if (schema === undefined || found[next] !== undefined) continue
    // Quantities are written as numbers too.
    found[next] = next.endsWith('.resource.Quantity') ? { type: ['string', 'number'] } : schema
    for (const [, other] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g))
      if (other) waiting.push(other)
  }
  return found
}
