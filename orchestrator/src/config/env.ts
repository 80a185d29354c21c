import type { Values, Variable } from './variable.ts'
import { application, network, people, security } from './variables-basic.ts'
import { backup, documents, models, storage, tools, watching } from './variables-services.ts'

/** Every variable the system reads, in the order of `.env.example`. */
export const groups = [
  { title: 'Application', variables: application },
  { title: 'Network', variables: network },
  { title: 'Security and limits', variables: security },
  { title: 'People', variables: people },
  { title: 'Database and Redis', variables: storage },
  { title: 'Model', variables: models },
  { title: 'Tools (MCP servers)', variables: tools },
  { title: 'Monitoring', variables: watching },
  { title: 'Documents and files', variables: documents },
  { title: 'Backup', variables: backup },
] satisfies { title: string; variables: Record<string, Variable> }[]

export const variables = {
  ...application,
  ...network,
  ...security,
  ...people,
  ...storage,
  ...models,
  ...tools,
  ...watching,
  ...documents,
  ...backup,
}

export type VariableName = keyof typeof variables

/** What the environment says, each value typed; null where a variable is unset and has no default. */
export type Environment = Values<typeof variables>

/** The same table, for loops that do not care which variable they look at. */
export const variableList: [VariableName, Variable][] = Object.entries<Variable>(variables).filter(
  (entry): entry is [VariableName, Variable] => entry[0] in variables,
)
