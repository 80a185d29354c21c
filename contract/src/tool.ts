import { z } from 'zod'

/** What a tool says of itself (MCP tool annotations). Hints: believed only of servers the operator configured. */
export const toolAnnotationsSchema = z.object({
  readOnly: z.boolean(),
  destructive: z.boolean(),
  idempotent: z.boolean(),
  openWorld: z.boolean(),
})

export const toolViewSchema = z.object({
  /** `<server>__<tool>`. */
  name: z.string(),
  title: z.string(),
  description: z.string(),
  inputSchema: z.record(z.string(), z.unknown()),
  annotations: toolAnnotationsSchema,
  /** `runs` at once, `asks` a person each time, `changed`: its definition changed and waits for consent. */
  policy: z.enum(['runs', 'asks', 'changed']),
  /** It asks, and whoever it asks may allow it for good: it says of itself that it reads only. */
  allowable: z.boolean(),
  /** This person has allowed it for good, as it is defined now. */
  alwaysAllowed: z.boolean(),
})

export const toolServerViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Where it is reached; `stdio` for a child process. */
  address: z.string(),
  state: z.enum(['connected', 'connecting', 'failed']),
  /** Why it is not connected, and what to do. */
  reason: z.string().nullable(),
  protocolVersion: z.string().nullable(),
  tools: z.array(toolViewSchema),
})

export const toolsViewSchema = z.object({ servers: z.array(toolServerViewSchema) })

export type ToolAnnotations = z.infer<typeof toolAnnotationsSchema>
export type ToolView = z.infer<typeof toolViewSchema>
export type ToolServerView = z.infer<typeof toolServerViewSchema>
export type ToolsView = z.infer<typeof toolsViewSchema>
