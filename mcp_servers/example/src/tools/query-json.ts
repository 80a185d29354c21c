import { z } from 'zod'
import { Fault } from '../lib/fault.ts'
import { children, selectPath } from '../lib/json-path.ts'
import type { Tool } from '../tool.ts'

const MAX_VALUES = 1000
const MAX_TEXT = 20_000
// Writing the answer recurses; a document far deeper than this would exhaust the stack.
const MAX_DEPTH = 500

const input = z.strictObject({
  json: z.string().min(1).max(200_000).describe('The JSON document, as text.'),
  path: z
    .string()
    .min(1)
    .max(500)
    .describe('A JSONPath: "$.orders[0].id", "$..name", "$.items[?(@.price < 10)].title", "$.list[-2:]", "$[*]".'),
})

const output = z.strictObject({
  values: z.array(z.unknown()).describe(`The values found, in document order; at most ${MAX_VALUES}.`),
  found: z.int().describe('How many were found.'),
})

export const queryJson: Tool<typeof input, typeof output> = {
  name: 'query_json',
  title: 'Query JSON',
  description:
    'Picks values out of a JSON document with a JSONPath. Knows names, indexes, slices, wildcards, descent and filters ' +
    'that compare one member with a constant (== != < <= > >=) or ask whether it exists. No functions, no scripts.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  run({ json, path }) {
    const values = selectPath(parse(json), path)
    const listed = values.slice(0, MAX_VALUES)
    const lines = listed.map((value) => JSON.stringify(value)).join('\n')
    const cut = lines.length > MAX_TEXT ? `${lines.slice(0, MAX_TEXT)}… (cut)` : lines
    return { text: values.length === 0 ? 'Nothing found.' : cut, data: { values: listed, found: values.length } }
  },
}

function parse(json: string): unknown {
  const document = parseText(json)
  let level = [document]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new Fault(`The document is nested more than ${MAX_DEPTH} deep. Query a part of it.`)
    level = level.flatMap(children)
  }
  return document
}

function parseText(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new Fault(`json is not valid JSON: ${error instanceof Error ? error.message : 'it cannot be read'}. Mend it.`)
  }
}
