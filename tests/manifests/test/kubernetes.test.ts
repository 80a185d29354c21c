import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kustomize, root, validate } from '../src/render.ts'
import { faultsOf } from '../src/rules.ts'

const secretNames = readFileSync(join(root, 'k8s/base/make-secrets.mjs'), 'utf8').match(/\b[A-Z][A-Z_]{5,}\b/g) ?? []
const made = {
  'ai-assistant-secrets': secretNames,
  'postgres-secret': ['password', 'app-password'],
  'redis-secret': ['password'],
}
const connections = [
  { from: 'frontend', to: 'orchestrator', port: 8000 },
  { from: 'orchestrator', to: 'postgres', port: 5432 },
  { from: 'orchestrator', to: 'redis', port: 6379 },
  { from: 'orchestrator', to: 'mcp-example', port: 8001 },
  { from: 'migrate', to: 'postgres', port: 5432 },
  { from: 'postgres-backup', to: 'postgres', port: 5432 },
]

/** Rendered once: the rules only read it. */
const production = kustomize('k8s/overlays/production')

const expected = { secrets: made, connections }

test.each(['production', 'staging'])('%s is valid, confined and complete', async (overlay) => {
  const yaml = await kustomize(`k8s/overlays/${overlay}`)
  const { faults, objects } = await validate(yaml)
  expect(faults).toEqual([])
  expect(faultsOf(yaml, expected)).toEqual([])
  const namespace = overlay === 'production' ? 'ai-assistant' : 'ai-assistant-staging'
  const namespaced = objects.filter(({ kind }) => kind !== 'Namespace')
  expect(new Set(namespaced.map(({ metadata }) => metadata.namespace))).toEqual(new Set([namespace]))
  expect(yaml).not.toContain(overlay === 'production' ? 'ai-assistant-staging' : 'namespace: ai-assistant\n')
  // No secret, not even a placeholder, is in what is applied.
  expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([])
})

test.each(['gateway', 'external-secrets', 'cert-manager', 'vpa', 'scale-on-answers', 'monitoring'])(
  'the component %s fits into production',
  async (component) => {
    const folder = join(root, 'k8s/overlays', `try-${component}-${process.pid}`)
    mkdirSync(folder)
    try {
      const text = readFileSync(join(root, 'k8s/overlays/production/kustomization.yaml'), 'utf8')
      expect(text).toContain(`# - ../../components/${component} `)
      writeFileSync(
        join(folder, 'kustomization.yaml'),
        text.replace(`# - ../../components/${component} `, `- ../../components/${component} #`),
      )
      const yaml = await kustomize(folder.slice(root.length + 1))
      const { faults } = await validate(yaml)
      expect(faults).toEqual([])
      expect(faultsOf(yaml, expected)).toEqual([])
      expect(yaml).not.toBe(await production)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

test('an Ingress takes bodies as large as its ConfigMap says', async () => {
  const folder = join(root, 'k8s/overlays', `try-body-${process.pid}`)
  mkdirSync(folder)
  try {
    const text = readFileSync(join(root, 'k8s/overlays/production/kustomization.yaml'), 'utf8')
    const change = [
      'patches:',
      '  - target: { kind: ConfigMap, name: ai-assistant-config }',
      '    patch: |-',
      '      - { op: replace, path: /data/UPLOAD_MAX_BYTES, value: "20971520" }',
    ]
    writeFileSync(join(folder, 'kustomization.yaml'), text.replace('patches:', change.join('\n')))
    const yaml = await kustomize(folder.slice(root.length + 1))
    expect(yaml).toMatch(/proxy-body-size: "20971520"/)
    expect(faultsOf(yaml, expected)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the cluster autoscaler is valid', async () => {
  const { faults, objects } = await validate(await kustomize('k8s/cluster-autoscaler'))
  expect(faults).toEqual([])
  expect(objects.length).toBeGreaterThan(3)
})

test('every file that the guide names is there under its name', () => {
  const names = ['00-namespace', '01-configmap', '02-secrets', 'deployments/orchestrator', 'deployments/frontend']
  const others = ['ingress', 'hpa', 'vpa', 'cluster-autoscaler', 'cronjob-backup']
  for (const name of [...names, ...others]) expect(existsSync(join(root, `k8s/${name}.yaml`)), name).toBe(true)
})

/** Each mutation of a good rendering must be found by the rule it breaks. */
const planted: [RegExp | string, string, RegExp][] = [
  ['maxUnavailable: 0', 'maxUnavailble: 0', /maxUnavailble/],
  ['runAsNonRoot: true', 'runAsNonRoot: false', /runAsNonRoot/],
  [/runAsUser: 1000/, 'runAsUser: 0', /root/],
  ['enableServiceLinks: false', 'enableServiceLinks: true', /enableServiceLinks/],
  ['automountServiceAccountToken: false\n      containers', 'containers', /token/],
  [/readOnlyRootFilesystem: true/, 'readOnlyRootFilesystem: false', /readOnlyRoot/],
  [/orchestrator:0\.1\.0/, 'orchestrator:latest', /fixed tag/],
  ['terminationGracePeriodSeconds: 45', 'terminationGracePeriodSeconds: 25', /25 s of grace/],
  [/path: \/ready/, 'path: /health', /readiness/],
  [
    'name: ai-assistant-secrets\n        image',
    'name: ai-assistant-secret\n        image',
    /no Secret ai-assistant-secret/,
  ],
  ['key: MCP_SERVICE_TOKEN', 'key: MCP_SERVICE_TOKENS', /no key MCP_SERVICE_TOKENS/],
  ['claimName: backup-pvc', 'claimName: backups', /no PersistentVolumeClaim backups/],
  ['number: 5000', 'number: 5001', /no Service frontend with the port 5001/],
  ['max_connections=200', 'max_connections=100', /the database allows 100/],
  ['maxUnavailable: 1', 'maxUnavailable: 0', /maxUnavailable is not 1/],
  [/app: frontend\n(\s+)- namespaceSelector/, 'app: web\n$1- namespaceSelector', /frontend may not connect/],
  ['169.254.0.0/16', '169.254.1.0/24', /credentials/],
  [/proxy-body-size: .+/, "proxy-body-size: '1'", /bodies of 1 bytes/],
]

test.each(planted)('a planted %s is found', async (from, to, found) => {
  const good = await production
  const bad = good.replace(from, to)
  expect(bad).not.toBe(good)
  // An unknown field is for the schemas to find; the rest is for our rules.
  const faults = found.source === 'maxUnavailble' ? (await validate(bad)).faults : faultsOf(bad, expected)
  expect(faults.join('\n')).toMatch(found)
})
