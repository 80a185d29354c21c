import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIGRATIONS, readMigrations } from '../../orchestrator/src/storage/migration-files.ts'
import { findBadImports, readSources } from './floors.ts'
import { findRegistryHosts } from './lockfile.ts'
import { findOpenSockets } from './sockets.ts'
import { runProgram } from './run-program.ts'

export interface Stage {
  name: string
  /** Resolves to what is wrong, '' if nothing is. */
  run: () => Promise<string>
}

/** Every check of the repository at `root`, whose files (those that git knows or would add) are `files`. */
export function checkStages(root: string, files: string[]): Stage[] {
  const program = (name: string, ...args: string[]) => runProgram(join(root, 'node_modules/.bin', name), args, root)
  const configs = files.filter((file) => /(^|\/)tsconfig\.json$/.test(file))
  const stages: Stage[] = [
    { name: 'lint', run: async () => sawFiles(await program('oxlint')) },
    { name: 'lint sees promises', run: () => plantPromise(root) },
    { name: 'dead code', run: async () => outputOf(await program('knip', '--no-progress')) },
    { name: 'format', run: async () => sawFiles(await program('oxfmt', '--check')) },
    ...configs.map((config) => ({
      name: `types ${config.replace('/tsconfig.json', '')}`,
      run: async () => outputOf(await program('tsc', '-p', config)),
    })),
    { name: 'every folder typed', run: async () => withoutTypes(files, configs).join('\n') },
    { name: 'migrations numbered', run: () => readMigrations(MIGRATIONS).then(() => '', String) },
    { name: 'ways out', run: async () => findOpenSockets(readSources(files)).join('\n') },
    { name: 'floors', run: async () => findBadImports(readSources(files)).join('\n') },
    {
      name: 'lockfile',
      run: async () => findRegistryHosts(await readFile(join(root, 'package-lock.json'), 'utf8')).join('\n'),
    },
  ]
  const configDocs = join(root, 'scripts/generate-config-docs.ts')
  if (existsSync(configDocs)) {
    const run = async () => outputOf(await runProgram(process.execPath, [configDocs, '--check'], root))
    stages.push({ name: 'configuration documented', run })
  }
  const monitoring = join(root, 'scripts/generate-monitoring.ts')
  if (existsSync(monitoring)) {
    const run = async () => outputOf(await runProgram(process.execPath, [monitoring, '--check'], root))
    stages.push({ name: 'rules and dashboards generated', run })
  }
  return stages
}

interface Result {
  code: number
  output: string
}

function outputOf({ code, output }: Result): string {
  return code === 0 ? '' : output.trim() || `exit code ${code}`
}

/** Both tools end with "on N files": one that looked at none would be green whatever the files hold. */
function sawFiles(result: Result): string {
  const seen = /\bon (\d+) files/.exec(result.output)?.[1]
  return outputOf(result) || (Number(seen ?? 0) > 0 ? '' : `It saw no file:\n${result.output}`)
}

/** The linter finds an un-awaited promise only with types, and says nothing where it has lost them: so one is planted. */
async function plantPromise(root: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-assistant-lint-'))
  try {
    const tsconfig = { extends: join(root, 'tsconfig.base.json'), compilerOptions: { types: [] }, include: ['*.ts'] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    await writeFile(join(folder, 'planted.ts'), 'export function start(work: () => Promise<void>) {\n  work()\n}\n')
    const args = ['--config', join(root, '.oxlintrc.json'), folder]
    const { output } = await runProgram(join(root, 'node_modules/.bin/oxlint'), args, root)
    return output.includes('no-floating-promises') ? '' : `A planted un-awaited promise was not found:\n${output}`
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Folders with TypeScript that no tsconfig is in or above. */
function withoutTypes(files: string[], configs: string[]): string[] {
  const roots = configs.map((config) => config.slice(0, -'tsconfig.json'.length))
  const bare = files.filter((file) => /\.tsx?$/.test(file) && !roots.some((root) => file.startsWith(root)))
  return bare.filter((file) => file !== 'vitest.config.ts').map((file) => `${file}: no tsconfig.json covers it`)
}
