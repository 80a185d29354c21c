import { z } from 'zod'
import { type Container, containersOf, type KubeObject, type PodTemplate, podsOf, specsOf } from './kube-object.ts'

/** Objects that others make: Secrets of a Job or an operator, with the keys they will have. */
export type MadeElsewhere = Record<string, string[]>

/** Names that lead nowhere: Secrets, ConfigMaps, keys, volumes, Services and pods that are not there. */
export function referenceFaults(objects: KubeObject[], elsewhere: MadeElsewhere = {}): string[] {
  const world = new World(objects, elsewhere)
  return [
    ...world.pods.flatMap((pod) => [
      ...volumeFaults(pod, world),
      ...containersOf(pod).flatMap((container) => containerFaults(pod, container, world)),
    ]),
    ...serviceFaults(world),
    ...backendFaults(world),
    ...targetFaults(world),
  ]
}

class World {
  readonly objects: KubeObject[]
  readonly pods: PodTemplate[]
  readonly #elsewhere: MadeElsewhere

  constructor(objects: KubeObject[], elsewhere: MadeElsewhere) {
    this.objects = objects
    this.pods = podsOf(objects)
    this.#elsewhere = elsewhere
  }

  has(kind: string, name: string): boolean {
    return this.keysOf(kind, name) !== null
  }

  /** null: there is no such object. */
  keysOf(kind: string, name: string): string[] | null {
    const made = kind === 'Secret' ? this.#elsewhere[name] : undefined
    const found = this.objects.find((object) => object.kind === kind && object.metadata.name === name)
    return made ?? (found === undefined ? null : Object.keys(found.data ?? {}))
  }
}

function volumeFaults({ kind, name, spec, claims }: PodTemplate, world: World): string[] {
  const faults: string[] = []
  const tell = (fault: string) => faults.push(`${kind} ${name}: ${fault}`)
  for (const { configMap, secret, persistentVolumeClaim } of spec.volumes) {
    if (configMap && !world.has('ConfigMap', configMap.name)) tell(`there is no ConfigMap ${configMap.name}`)
    if (secret && !world.has('Secret', secret.secretName)) tell(`there is no Secret ${secret.secretName}`)
    const claim = persistentVolumeClaim?.claimName
    if (claim && !world.has('PersistentVolumeClaim', claim)) tell(`there is no PersistentVolumeClaim ${claim}`)
  }
  const volumes = new Set([...spec.volumes.map((volume) => volume.name), ...claims])
  for (const { volumeMounts } of [...spec.initContainers, ...spec.containers]) {
    for (const mount of volumeMounts) if (!volumes.has(mount.name)) tell(`there is no volume ${mount.name}`)
  }
  const account = spec.serviceAccountName
  if (account && !world.has('ServiceAccount', account)) tell(`there is no ServiceAccount ${account}`)
  return faults
}

function containerFaults({ kind, name }: PodTemplate, container: Container, world: World): string[] {
  const asked = [
    ...container.env.flatMap(({ valueFrom }) => [
      { kind: 'Secret', ref: valueFrom?.secretKeyRef },
      { kind: 'ConfigMap', ref: valueFrom?.configMapKeyRef },
    ]),
    ...container.envFrom.flatMap(({ configMapRef, secretRef }) => [
      { kind: 'ConfigMap', ref: configMapRef && { ...configMapRef, key: undefined, optional: false } },
      { kind: 'Secret', ref: secretRef && { ...secretRef, key: undefined, optional: false } },
    ]),
  ]
  return asked.flatMap(({ kind: what, ref }) => {
    if (ref === undefined || ref.optional === true) return []
    const keys = world.keysOf(what, ref.name)
    if (keys === null) return [`${kind} ${name}: there is no ${what} ${ref.name}`]
    if (ref.key === undefined || keys.includes(ref.key)) return []
    return [`${kind} ${name}: ${what} ${ref.name} has no key ${ref.key}`]
  })
}

const serviceSchema = z.looseObject({
  selector: z.record(z.string(), z.string()),
  ports: z.array(z.looseObject({ port: z.number(), targetPort: z.string() })),
})

function serviceFaults(world: World): string[] {
  return specsOf(world.objects, 'Service', serviceSchema).flatMap(({ name, spec }) => {
    const pods = world.pods.filter((pod) => matches(spec.selector, pod.labels))
    if (pods.length !== 1) return [`Service ${name}: it selects the pods of ${pods.length} objects`]
    const ports = new Set(pods.flatMap(containersOf).flatMap((container) => container.ports.map((port) => port.name)))
    return spec.ports
      .filter(({ targetPort }) => !ports.has(targetPort))
      .map(({ targetPort }) => `Service ${name}: no container has the port ${targetPort}`)
  })
}

const ingressSchema = z.looseObject({
  rules: z.array(
    z.looseObject({
      http: z.object({
        paths: z.array(
          z.looseObject({
            backend: z.object({ service: z.object({ name: z.string(), port: z.object({ number: z.number() }) }) }),
          }),
        ),
      }),
    }),
  ),
})
const routeSchema = z.looseObject({
  rules: z.array(
    z.looseObject({ backendRefs: z.array(z.looseObject({ name: z.string(), port: z.number() })).default([]) }),
  ),
})

function backendFaults(world: World): string[] {
  const services = specsOf(world.objects, 'Service', serviceSchema)
  const wanted = [
    ...specsOf(world.objects, 'Ingress', ingressSchema).flatMap(({ name, spec }) =>
      spec.rules
        .flatMap(({ http }) => http.paths)
        .map(({ backend: { service } }) => ({ name, to: service.name, port: service.port.number })),
    ),
    ...specsOf(world.objects, 'HTTPRoute', routeSchema).flatMap(({ name, spec }) =>
      spec.rules.flatMap(({ backendRefs }) => backendRefs).map(({ name: to, port }) => ({ name, to, port })),
    ),
  ]
  return wanted
    .filter(
      ({ to, port }) => !services.some((one) => one.name === to && one.spec.ports.some((its) => its.port === port)),
    )
    .map(({ name, to, port }) => `${name}: there is no Service ${to} with the port ${port}`)
}

const targetSchema = z.looseObject({
  scaleTargetRef: z.looseObject({ name: z.string() }).optional(),
  targetRef: z.looseObject({ name: z.string() }).optional(),
})

function targetFaults(world: World): string[] {
  const scalers = ['HorizontalPodAutoscaler', 'VerticalPodAutoscaler']
  return scalers
    .flatMap((kind) => specsOf(world.objects, kind, targetSchema))
    .flatMap(({ name, spec }) => {
      const target = spec.scaleTargetRef?.name ?? spec.targetRef?.name ?? ''
      return world.has('Deployment', target) ? [] : [`${name}: there is no Deployment ${target}`]
    })
}

export function matches(selector: Record<string, string>, labels: Record<string, string>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value)
}
