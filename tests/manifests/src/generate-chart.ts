// Writes what follows from the chart's values.yaml and templates: values.schema.json, README.md, and default.yaml, which
// `helm template` renders from the defaults, its generated secrets blanked.
// With `--check` it writes nothing, and fails where a file is not what it would write.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readValues } from './chart-values.ts'
import { chartReadme, chartSchema } from './chart-documents.ts'
import { chart, helmTemplate, root } from './render.ts'
import { findTool } from './tools.ts'

const check = process.argv.includes('--check')
const values = readValues(readFileSync(join(chart, 'values.yaml'), 'utf8'))

const files: Record<string, string> = {
  'helm/ai-assistant/values.schema.json': chartSchema(values),
  'helm/ai-assistant/README.md': chartReadme(values),
}
for (const [name, text] of Object.entries(files)) settle(name, text)
if (findTool('helm') !== null) settle('helm/default.yaml', await defaults())

/** What an install applies; the secrets are other ones each time. */
async function defaults(): Promise<string> {
  const head =
    '# What `helm template ai-assistant helm/ai-assistant --namespace ai-assistant` renders. Generated; do not edit.\n'
  const rendered = await helmTemplate()
  const blanked = rendered
    .split(/^---$/m)
    .map((part) =>
      /^kind: Secret$/m.test(part) ? part.replaceAll(/: "[A-Za-z0-9+/=]{40,}"/g, ': "Z2VuZXJhdGVk"') : part,
    )
  return head + blanked.join('---').replaceAll(/[ \t]+$/gm, '')
}

function settle(name: string, text: string): void {
  const file = join(root, name)
  if (!check) return writeFileSync(file, text)
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  console.error(`${name} is not up to date. Run: node scripts/in-runtime.mjs tests/manifests/src/generate-chart.ts`)
  process.exitCode = 1
}
