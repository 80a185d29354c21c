import { z } from 'zod'
import { type KubeObject, podsOf, specsOf } from './kube-object.ts'
import { matches } from './reference-rules.ts'

/** What holds of the objects together. */
export function systemFaults(objects: KubeObject[]): string[] {
  return [
    ...poolFaults(objects),
    ...replicaFaults(objects),
    ...budgetFaults(objects),
    ...secretFaults(objects),
    ...bodyFaults(objects),
  ]
}

const hpaSchema = z.looseObject({
  scaleTargetRef: z.looseObject({ name: z.string() }),
  minReplicas: z.number(),
  maxReplicas: z.number(),
})
const deploymentSchema = z.looseObject({ replicas: z.number().optional() })

/** All pools together leave room in the database: with one pod more in a rollout, and for backups and people. */
function poolFaults(objects: KubeObject[]): string[] {
  const database = podsOf(objects).find((pod) =>
    pod.spec.containers.some(({ args }) => args.join().includes('max_conn')),
  )
  if (database === undefined) return []
  const most = Number(/max_connections=(\d+)/.exec(database.spec.containers.flatMap(({ args }) => args).join())?.[1])
  const config = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-config'))
  const each = Number(config?.data?.['DATABASE_POOL_SIZE']) + Number(config?.data?.['DATABASE_MAX_OVERFLOW']) + 1
  const hpa = specsOf(objects, 'HorizontalPodAutoscaler', hpaSchema).find(({ name }) => name.includes('orchestrator'))
  const own = specsOf(objects, 'Deployment', deploymentSchema).find(({ name }) => name.includes('orchestrator'))
  const replicas = hpa?.spec.maxReplicas ?? own?.spec.replicas ?? 1
  const needed = (replicas + 1) * each + 10
  return needed <= most ? [] : [`${replicas} orchestrators may open ${needed} connections, the database allows ${most}`]
}

/** Where an HPA rules, the Deployment says nothing of replicas; elsewhere it does. */
function replicaFaults(objects: KubeObject[]): string[] {
  const ruled = new Set(
    specsOf(objects, 'HorizontalPodAutoscaler', hpaSchema).map(({ spec }) => spec.scaleTargetRef.name),
  )
  return specsOf(objects, 'Deployment', deploymentSchema)
    .filter(({ name, spec }) => (spec.replicas === undefined) !== ruled.has(name))
    .map(
      ({ name, spec }) =>
        `Deployment ${name}: replicas ${spec.replicas}, ${ruled.has(name) ? 'and' : 'without'} an HPA`,
    )
}

const budgetSchema = z.looseObject({
  maxUnavailable: z.number().optional(),
  selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
})

/** A budget selects some pods, and never keeps a node from being drained. */
function budgetFaults(objects: KubeObject[]): string[] {
  return specsOf(objects, 'PodDisruptionBudget', budgetSchema).flatMap(({ name, spec }) => [
    ...(spec.maxUnavailable === 1 ? [] : [`PodDisruptionBudget ${name}: maxUnavailable is not 1`]),
    ...(podsOf(objects).some((pod) => matches(spec.selector.matchLabels, pod.labels))
      ? []
      : [`PodDisruptionBudget ${name}: it selects no pod`]),
  ])
}

/** The web app's pod is given no secret but the one that opens its own figures; the tool server no more than two. */
function secretFaults(objects: KubeObject[]): string[] {
  return podsOf(objects).flatMap(({ kind, name, spec }) => {
    if (!/frontend|mcp-example/.test(name)) return []
    const given = spec.containers.flatMap(({ env, envFrom }) => [
      ...envFrom.flatMap(({ secretRef }) => (secretRef ? ['all'] : [])),
      ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.key ?? []),
    ])
    const allowed = name.includes('frontend') ? ['METRICS_TOKEN'] : ['MCP_SERVICE_TOKEN', 'METRICS_TOKEN']
    return given.filter((key) => !allowed.includes(key)).map((key) => `${kind} ${name}: it is given the secret ${key}`)
  })
}

/** The edge refuses what the servers behind it would, and nothing else. */
function bodyFaults(objects: KubeObject[]): string[] {
  const config = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-config'))
  const wanted = config?.data?.['UPLOAD_MAX_BYTES']
  return objects
    .filter(({ kind }) => kind === 'Ingress')
    .map(({ metadata }) => metadata.annotations['nginx.ingress.kubernetes.io/proxy-body-size'])
    .filter((bytes) => bytes !== wanted)
    .map((bytes) => `Ingress: bodies of ${bytes} bytes may pass, the servers take ${wanted}`)
}
