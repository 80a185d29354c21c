import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { z } from 'zod'

/** A value of the chart, as its comments describe it. */
export interface ChartValue {
  name: string
  /** From `-- …`; '' where the name says it all. */
  doc: string
  /** From `@schema {…}`: what the default does not tell of the type. */
  schema: Record<string, unknown>
  default: unknown
  /** Of a section; null for a value that people set as a whole. */
  children: ChartValue[] | null
}

/** Reads values.yaml with its comments. */
export function readValues(text: string): ChartValue[] {
  const document = parseDocument(text)
  if (!isMap(document.contents)) throw new Error('values.yaml is no map')
  return childrenOf(document.contents, '')
}

function childrenOf(map: YAMLMap, before: string): ChartValue[] {
  return map.items.map((pair, index) => {
    // The comment of a map's first key is, to the parser, the map's own.
    const comment = index === 0 ? `${before}\n${commentOf(pair)}` : commentOf(pair)
    return toValue(pair, comment)
  })
}

function toValue({ key, value }: Pair, comment: string): ChartValue {
  const name = isScalar(key) ? String(key.value) : ''
  const schema = schemaIn(comment, name)
  const section = isMap(value) && value.items.length > 0 && schema['additionalProperties'] === undefined
  return {
    name,
    doc: docIn(comment),
    schema,
    default: isScalar(value) ? value.value : isMap(value) || isSeq(value) ? value.toJSON() : null,
    children: section ? childrenOf(value, value.commentBefore ?? '') : null,
  }
}

function commentOf({ key }: Pair): string {
  return isScalar(key) ? (key.commentBefore ?? '') : ''
}

function schemaIn(comment: string, name: string): Record<string, unknown> {
  const given = /^\s*@schema (.+)$/m.exec(comment)?.[1]
  if (given === undefined) return {}
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(given))
  } catch (error) {
    throw new Error(`The @schema of ${name} is not JSON: ${String(error)}`, { cause: error })
  }
}

function docIn(comment: string): string {
  const lines = comment.split('\n').map((line) => line.trim())
  const start = lines.findIndex((line) => line.startsWith('-- '))
  if (start === -1) return ''
  const end = lines.findIndex((line, index) => index > start && (line === '' || line.startsWith('@schema')))
  return lines
    .slice(start, end === -1 ? undefined : end)
    .join(' ')
    .slice(3)
}
