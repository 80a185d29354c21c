import { join } from 'node:path'
import { type KubeObject, readObjects } from './kube-object.ts'
import { run, tryRun } from './run.ts'
import { schemaLocation } from './schemas.ts'
import { findTool } from './tools.ts'

export const root = join(import.meta.dirname, '../../..')
export const chart = join(root, 'helm/ai-assistant')

/** What `kubectl apply -k` would apply. */
export async function kustomize(folder: string): Promise<string> {
  return run(needed('kustomize'), ['build', join(root, folder)])
}

/** What `helm install` would apply, under the release's name of the documentation. */
export async function helmTemplate(...args: string[]): Promise<string> {
  return run(needed('helm'), ['template', 'ai-assistant', chart, '--namespace', 'ai-assistant', ...args])
}

/** The faults that the API server would find, each with its object; and the objects. */
export async function validate(yaml: string): Promise<{ faults: string[]; objects: KubeObject[] }> {
  const args = ['-strict', '-summary', '-output', 'text', '-schema-location', schemaLocation]
  const { code, stdout, stderr } = await tryRun(needed('kubeconform'), args, { input: yaml })
  const told = `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '')
  const seen = Number(/Summary: (\d+) resource/.exec(stdout)?.[1] ?? 0)
  const faults = told.filter((line) => !line.startsWith('Summary:'))
  if (code !== 0 && faults.length === 0) faults.push(`kubeconform ended with ${code}`)
  const objects = readObjects(yaml)
  if (seen !== objects.length) faults.push(`kubeconform saw ${seen} of ${objects.length} objects`)
  return { faults, objects }
}

export function needed(tool: Parameters<typeof findTool>[0]): string {
  const path = findTool(tool)
  if (path === null) throw new Error(`${tool} is not installed: npm run test:manifests installs it where Go is`)
  return path
}
