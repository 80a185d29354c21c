import type { ChartValue } from './chart-values.ts'

/** A JSON Schema that refuses what the chart does not know. */
export function chartSchema(values: ChartValue[]): string {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Values', ...sectionSchema(values) }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function sectionSchema(values: ChartValue[]): Record<string, unknown> {
  const properties = Object.fromEntries(values.map((value) => [value.name, valueSchema(value)]))
  return { type: 'object', additionalProperties: false, properties }
}

function valueSchema({ children, doc, schema, default: given }: ChartValue): Record<string, unknown> {
  const described = doc === '' ? {} : { description: doc }
  if (children !== null) return { ...described, ...sectionSchema(children), ...schema }
  return { ...described, type: typeOf(given), ...schema }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'object') return 'object'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

/** The chart's page: how to install it, and every value. */
export function chartReadme(values: ChartValue[]): string {
  const lines = [
    '# AI Assistant',
    '',
    '<!-- Generated from values.yaml by tests/manifests/src/generate-chart.ts. Do not edit. -->',
    '',
    'A self-hosted AI assistant for teams, with PostgreSQL and Redis where you bring none.',
    '',
    '```sh',
    'helm install ai-assistant helm/ai-assistant --namespace ai-assistant --create-namespace \\',
    '  --set ingress.hosts[0].host=chat.example.com --set secrets.openaiApiKey=$OPENAI_API_KEY',
    '```',
    '',
    'Keys and passwords are generated where none are given, and kept over upgrades and an uninstall. Each can come from a Secret',
    'of yours: `secrets.existingSecret`, `postgresql.auth.existingSecret`, `redis.auth.existingSecret`,',
    '`externalDatabase.existingSecret`, `externalRedis.existingSecret`. (`helm template` piped into `kubectl apply` cannot see what',
    'the cluster has, and would make new ones each time: use `helm upgrade`, or Secrets of yours.)',
    '',
    'Examples: [everything external](ci/external-values.yaml), [high availability](ci/high-availability-values.yaml),',
    '[minimal](ci/minimal-values.yaml). A value that the chart does not know is refused.',
  ]
  for (const value of values) lines.push(...section(value))
  return `${lines.join('\n')}\n`
}

function section(value: ChartValue): string[] {
  const intro = value.children === null || value.doc === '' ? [] : ['', value.doc]
  return ['', `## ${value.name}`, ...intro, '', '| value | default | meaning |', '|---|---|---|', ...rows(value, '')]
}

function rows(value: ChartValue, above: string): string[] {
  const path = above === '' ? value.name : `${above}.${value.name}`
  if (value.children !== null) return value.children.flatMap((child) => rows(child, path))
  const choices = Array.isArray(value.schema['enum']) ? `One of ${value.schema['enum'].map(shown).join(', ')}. ` : ''
  return [`| \`${path}\` | ${shown(value.default)} | ${`${value.doc} ${choices}`.trim().replaceAll('|', '\\|')} |`]
}

function shown(value: unknown): string {
  return `\`${JSON.stringify(value)}\``
}
