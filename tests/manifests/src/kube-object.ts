import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

/** As much of Kubernetes' API as our rules look at. Whatever else an object holds is validated by its schema. */
const labels = z.record(z.string(), z.string())

const keyRef = z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() })

const envSchema = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.looseObject({ secretKeyRef: keyRef.optional(), configMapKeyRef: keyRef.optional() }).optional(),
})

const probeSchema = z.looseObject({ httpGet: z.looseObject({ path: z.string() }).optional() })

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  ports: z.array(z.looseObject({ name: z.string().optional(), containerPort: z.number() })).default([]),
  env: z.array(envSchema).default([]),
  envFrom: z
    .array(
      z.object({
        configMapRef: z.object({ name: z.string() }).optional(),
        secretRef: z.object({ name: z.string() }).optional(),
      }),
    )
    .default([]),
  resources: z
    .object({ requests: z.record(z.string(), z.unknown()), limits: z.record(z.string(), z.unknown()) })
    .optional(),
  startupProbe: probeSchema.optional(),
  livenessProbe: probeSchema.optional(),
  readinessProbe: probeSchema.optional(),
  lifecycle: z
    .object({ preStop: z.object({ exec: z.object({ command: z.array(z.string()) }) }).optional() })
    .optional(),
  securityContext: z
    .looseObject({
      allowPrivilegeEscalation: z.boolean().optional(),
      readOnlyRootFilesystem: z.boolean().optional(),
      capabilities: z.looseObject({ drop: z.array(z.string()).default([]) }).optional(),
    })
    .optional(),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
})

const podSpecSchema = z.looseObject({
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  enableServiceLinks: z.boolean().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  securityContext: z
    .looseObject({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: z.number().optional(),
      seccompProfile: z.looseObject({ type: z.string() }).optional(),
    })
    .optional(),
  initContainers: z.array(containerSchema).default([]),
  containers: z.array(containerSchema),
  volumes: z
    .array(
      z.looseObject({
        name: z.string(),
        configMap: z.looseObject({ name: z.string() }).optional(),
        secret: z.looseObject({ secretName: z.string() }).optional(),
        persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
      }),
    )
    .default([]),
})

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: labels.default({}),
    annotations: labels.default({}),
  }),
  spec: z.looseObject({}).optional(),
  data: labels.optional(),
})

export type KubeObject = z.output<typeof objectSchema>
export type PodSpec = z.output<typeof podSpecSchema>
export type Container = z.output<typeof containerSchema>

/** A pod that some object makes. */
export interface PodTemplate {
  /** Of the object that makes it. */
  kind: string
  name: string
  labels: Record<string, string>
  spec: PodSpec
  /** Volumes that the object itself claims for the pod. */
  claims: string[]
}

/** Reads a stream of YAML documents. */
export function readObjects(text: string): KubeObject[] {
  return parseAllDocuments(text, { version: '1.1', merge: true })
    .map((document): unknown => document.toJS())
    .filter((value) => value !== null)
    .map((value) => objectSchema.parse(value))
}

const templateSchema = z.looseObject({ metadata: z.looseObject({ labels: labels.default({}) }), spec: podSpecSchema })
const workloadSchema = z.looseObject({
  template: templateSchema,
  volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).default([]),
})
const cronSchema = z.looseObject({ jobTemplate: z.looseObject({ spec: workloadSchema }) })

/** Every pod that the objects make. */
export function podsOf(objects: KubeObject[]): PodTemplate[] {
  return objects.flatMap(({ kind, metadata: { name, labels: own }, spec }) => {
    if (kind === 'Pod') return [{ kind, name, labels: own, spec: podSpecSchema.parse(spec), claims: [] }]
    if (!['Deployment', 'StatefulSet', 'Job', 'CronJob'].includes(kind)) return []
    const { template, volumeClaimTemplates } =
      kind === 'CronJob' ? cronSchema.parse(spec).jobTemplate.spec : workloadSchema.parse(spec)
    const claims = volumeClaimTemplates.map((claim) => claim.metadata.name)
    return [{ kind, name, labels: template.metadata.labels, spec: template.spec, claims }]
  })
}

export function containersOf({ spec }: PodTemplate): Container[] {
  return [...spec.initContainers, ...spec.containers]
}

/** The objects of a kind, their spec read as the schema says. */
export function specsOf<T>(objects: KubeObject[], kind: string, schema: z.ZodType<T>): { name: string; spec: T }[] {
  return objects
    .filter((object) => object.kind === kind)
    .map(({ metadata: { name }, spec }) => ({ name, spec: schema.parse(spec) }))
}
