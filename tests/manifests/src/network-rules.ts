import { z } from 'zod'
import { type KubeObject, podsOf, specsOf } from './kube-object.ts'
import { matches } from './reference-rules.ts'

const selectorSchema = z.object({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
    .default([]),
})
type Selector = z.output<typeof selectorSchema>

const peerSchema = z.object({
  podSelector: selectorSchema.optional(),
  namespaceSelector: selectorSchema.optional(),
  ipBlock: z.looseObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
})
const ports = z.array(z.object({ port: z.number(), protocol: z.string().optional() }))
const policySchema = z.object({
  podSelector: selectorSchema,
  policyTypes: z.array(z.string()),
  ingress: z.array(z.object({ ports, from: z.array(peerSchema).optional() })).default([]),
  egress: z.array(z.object({ ports, to: z.array(peerSchema).optional() })).default([]),
})

/** A connection between two pods of the system, by the names in their labels, that policies must allow. */
export interface Connection {
  from: string
  to: string
  port: number
}

/** Pods that nothing denies by default, connections that are needed and not allowed, and addresses nobody may reach. */
export function networkFaults(objects: KubeObject[], needed: Connection[]): string[] {
  const policies = specsOf(objects, 'NetworkPolicy', policySchema)
  const pods = podsOf(objects).map((pod) => ({ ...pod, short: shortName(pod.labels) }))
  const open = pods.flatMap(({ kind, name, labels }) =>
    ['Ingress', 'Egress']
      .filter(
        (type) => !policies.some(({ spec }) => spec.policyTypes.includes(type) && selects(spec.podSelector, labels)),
      )
      .map((type) => `${kind} ${name}: no policy denies ${type}`),
  )
  const closed = needed.filter(({ from, to, port }) => {
    const source = pods.find(({ short }) => short === from)
    const target = pods.find(({ short }) => short === to)
    if (source === undefined || target === undefined) return false
    const leaves = policies.some(
      ({ spec }) =>
        selects(spec.podSelector, source.labels) &&
        spec.egress.some((rule) => allows(rule.ports, rule.to, port, target.labels)),
    )
    const enters = policies.some(
      ({ spec }) =>
        selects(spec.podSelector, target.labels) &&
        spec.ingress.some((rule) => allows(rule.ports, rule.from, port, source.labels)),
    )
    return !leaves || !enters
  })
  const metadata = policies.filter(({ spec }) =>
    spec.egress.some(({ to }) =>
      to?.some(({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0' && !ipBlock.except.includes('169.254.0.0/16')),
    ),
  )
  return [
    ...open,
    ...closed.map(({ from, to, port }) => `${from} may not connect to ${to}:${port}`),
    ...metadata.map(({ name }) => `NetworkPolicy ${name}: the address of a cloud's credentials can be reached`),
  ]
}

function allows(
  open: { port: number }[],
  peers: z.output<typeof peerSchema>[] | undefined,
  port: number,
  labels: Record<string, string>,
): boolean {
  const named = peers?.some(({ podSelector, namespaceSelector }) => {
    return podSelector !== undefined && namespaceSelector === undefined && selects(podSelector, labels)
  })
  return open.some((one) => one.port === port) && named === true
}

function selects({ matchLabels, matchExpressions }: Selector, labels: Record<string, string>): boolean {
  const named = matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  return matches(matchLabels, labels) && named
}

function shortName(labels: Record<string, string>): string {
  return labels['app.kubernetes.io/name'] ?? labels['app'] ?? ''
}
