import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Container, containersOf, type KubeObject, type PodTemplate, podsOf } from './kube-object.ts'

/** How long an answer may go on after SIGTERM, in seconds. */
const DRAIN = drainSeconds()

/** What every pod of the system must fulfil, whoever renders it. Returns each fault with the object's name. */
export function podFaults(objects: KubeObject[]): string[] {
  return podsOf(objects).flatMap((pod) => [
    ...isolation(pod),
    ...containersOf(pod).flatMap((container) => [...confinement(pod, container), ...provenance(pod, container)]),
    ...(isServer(pod) ? pod.spec.containers.flatMap((container) => lifecycle(pod, container)) : []),
    ...(pod.labels['app'] === 'orchestrator' || pod.labels['app.kubernetes.io/name'] === 'orchestrator'
      ? drains(pod)
      : []),
  ])
}

/** Pod Security Standards, level "restricted", and no access to the cluster. */
function isolation(pod: PodTemplate): string[] {
  const { spec } = pod
  return faults(pod, {
    'runAsNonRoot is not true': spec.securityContext?.runAsNonRoot === true,
    'runAsUser is root or missing': (spec.securityContext?.runAsUser ?? 0) > 0,
    'seccompProfile is not RuntimeDefault': spec.securityContext?.seccompProfile?.type === 'RuntimeDefault',
    'enableServiceLinks is not false: a Service would set ORCHESTRATOR_PORT=tcp://…': spec.enableServiceLinks === false,
    'it has a token for the cluster':
      spec.automountServiceAccountToken === false || (pod.name === 'make-secrets' && pod.kind === 'Job'),
    'serviceAccountName is missing': spec.serviceAccountName !== undefined,
  })
}

function confinement(pod: PodTemplate, { name, securityContext, resources }: Container): string[] {
  return faults(pod, {
    [`${name}: allowPrivilegeEscalation is not false`]: securityContext?.allowPrivilegeEscalation === false,
    [`${name}: readOnlyRootFilesystem is not true`]: securityContext?.readOnlyRootFilesystem === true,
    [`${name}: not all capabilities are dropped`]: securityContext?.capabilities?.drop.includes('ALL') === true,
    [`${name}: requests or limits of CPU or memory are missing`]: [resources?.requests, resources?.limits].every(
      (given) => given !== undefined && 'cpu' in given && 'memory' in given,
    ),
  })
}

function provenance(pod: PodTemplate, { name, image }: Container): string[] {
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? ''
  return faults(pod, { [`${name}: ${image} has no fixed tag`]: tag !== '' && tag !== 'latest' })
}

function lifecycle(pod: PodTemplate, container: Container): string[] {
  const { name, startupProbe, livenessProbe, readinessProbe } = container
  const ours = container.ports.some(({ name: port }) => port === 'http')
  return faults(pod, {
    [`${name}: a probe is missing`]: [startupProbe, livenessProbe, readinessProbe].every(
      (probe) => probe !== undefined,
    ),
    [`${name}: liveness asks for more than the process`]: !ours || livenessProbe?.httpGet?.path === '/health',
    [`${name}: readiness does not ask /ready`]: !ours || readinessProbe?.httpGet?.path === '/ready',
    [`${name}: nothing waits for the proxies before it stops`]: !ours || preStopSeconds(container) > 0,
  })
}

/** The grace period covers preStop, the drain, and some seconds to hand over. */
function drains(pod: PodTemplate): string[] {
  const wait = Math.max(...pod.spec.containers.map(preStopSeconds))
  const grace = pod.spec.terminationGracePeriodSeconds ?? 30
  return faults(pod, {
    [`${grace} s of grace for ${wait} s of preStop and ${DRAIN} s of drain`]: grace >= wait + DRAIN + 5,
  })
}

function preStopSeconds({ lifecycle: hooks }: Container): number {
  const [program, seconds] = hooks?.preStop?.exec.command ?? []
  return program === 'sleep' ? Number(seconds) : 0
}

function isServer({ kind }: PodTemplate): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet'
}

function faults({ kind, name }: PodTemplate, claims: Record<string, boolean>): string[] {
  return Object.entries(claims).flatMap(([fault, holds]) => (holds ? [] : [`${kind} ${name}: ${fault}`]))
}

function drainSeconds(): number {
  const source = readFileSync(join(import.meta.dirname, '../../../orchestrator/src/app/stop-on-signals.ts'), 'utf8')
  const found = /DRAIN_MS = ([\d_]+)/.exec(source)?.[1]
  if (found === undefined) throw new Error('The orchestrator no longer says in stop-on-signals.ts how long it drains')
  return Number(found.replaceAll('_', '')) / 1000
}
