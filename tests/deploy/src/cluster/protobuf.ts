import { type ClusterObject, objectSchema } from './objects.ts'

/** What stands in a message, by the numbers of its fields. */
type Message = Map<number, Buffer[]>

const magic = Buffer.from('k8s\0')

export function isProtobuf(body: Buffer): boolean {
  return body.subarray(0, magic.length).equals(magic)
}

/**
 * Reads an object as clients of built-in kinds send it. Only what kubectl and helm make by themselves is known: Secrets, and Jobs
 * of a CronJob, whose template `templateOf` gives.
 */
export function readProtobuf(body: Buffer, templateOf: (cronJob: string) => object): ClusterObject {
  const unknown = read(body.subarray(magic.length))
  const types = read(one(unknown, 1))
  const kind = text(types, 2)
  const message = read(one(unknown, 2))
  const metadata = read(one(message, 1))
  const known = {
    name: text(metadata, 1),
    ...(text(metadata, 3) === '' ? {} : { namespace: text(metadata, 3) }),
    labels: pairs(metadata, 11, 'utf8'),
    annotations: pairs(metadata, 12, 'utf8'),
  }
  if (kind === 'Secret') {
    const data = pairs(message, 2, 'base64')
    return objectSchema.parse({ apiVersion: 'v1', kind, metadata: known, data, type: text(message, 3) })
  }
  const owner = text(read(one(metadata, 13)), 3)
  if (kind !== 'Job' || owner === '') throw new Error(`a ${kind} in protobuf is not known here`)
  return objectSchema.parse({ apiVersion: 'batch/v1', kind, metadata: known, spec: templateOf(owner) })
}

function one(message: Message, field: number): Buffer {
  return message.get(field)?.[0] ?? Buffer.alloc(0)
}

function text(message: Message, field: number): string {
  return one(message, field).toString()
}

function pairs(message: Message, field: number, encoding: 'utf8' | 'base64'): Record<string, string> {
  const entries = (message.get(field) ?? []).map(read)
  return Object.fromEntries(entries.map((entry) => [text(entry, 1), one(entry, 2).toString(encoding)]))
}

function read(bytes: Buffer): Message {
  const message: Message = new Map()
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const [field, type] = [tag >>> 3, tag & 7]
    if (type === 0) varint()
    else {
      const length = type === 2 ? varint() : type === 1 ? 8 : 4
      message.set(field, [...(message.get(field) ?? []), bytes.subarray(at, at + length)])
      at += length
    }
  }
  return message
}
