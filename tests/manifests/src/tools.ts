import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { run } from './run.ts'
import { prepareSchemas, schemaFolder } from './schemas.ts'

/** Programs that read what we deploy, as Go modules at a fixed version. */
const modules = {
  helm: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  kustomize: 'sigs.k8s.io/kustomize/kustomize/v5@v5.7.1',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  gitleaks: 'github.com/zricethezav/gitleaks/v8@v8.28.0',
  kubectl: 'k8s.io/kubectl@v0.34.2',
}

/** kubectl is published as libraries, and as a program only within all of Kubernetes. */
const kubectl = `package main

import (
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}
`

export type Tool = keyof typeof modules

const cache = join(import.meta.dirname, '../../../.cache/manifests')

/** Installs what is not installed yet, and returns what this machine cannot have. */
export async function prepareTools(tools: Tool[]): Promise<{ missing: string[] }> {
  const missing: string[] = []
  for (const tool of tools) {
    if (findTool(tool) === null && !(await install(tool))) missing.push(tool)
  }
  if (!existsSync(schemaFolder) && !(await attempt('the schemas of Kubernetes', prepareSchemas))) {
    missing.push('the schemas of Kubernetes')
  }
  return { missing }
}

/** Where the program is: ours, else the machine's own; null where there is none. */
export function findTool(tool: Tool): string | null {
  const folders = [folderOf(tool), ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.map((folder) => join(folder, tool)).find((path) => existsSync(path)) ?? null
}

async function install(tool: Tool): Promise<boolean> {
  const started = `${folderOf(tool)}.part`
  return attempt(tool, async () => {
    await rm(started, { recursive: true, force: true })
    await mkdir(started, { recursive: true })
    const go = (...args: string[]) => {
      const env = { GOBIN: started, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', GO111MODULE: 'on' }
      return run('go', args, { env, cwd: started })
    }
    if (tool === 'kubectl') {
      await writeFile(join(started, 'main.go'), kubectl)
      await go('mod', 'init', 'kubectl')
      await go('get', modules.kubectl)
    }
    // The fewest jobs: others work on this machine too.
    await go('install', '-p', '2', ...(tool === 'kubectl' ? [] : [modules[tool]]))
    await rename(started, folderOf(tool))
  })
}

function folderOf(tool: Tool): string {
  return join(cache, modules[tool].replaceAll(/[^a-z0-9.@-]/gi, '_'))
}

async function attempt(name: string, work: () => Promise<void>): Promise<boolean> {
  console.log(`Preparing ${name} …`)
  try {
    await work()
    return true
  } catch (error) {
    console.log(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}
