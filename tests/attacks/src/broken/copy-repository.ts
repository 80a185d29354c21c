import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const execute = promisify(execFile)

/** Copies what git knows of the repository, with its dependencies linked but for the workspaces, which are the copy's own. */
export async function copyRepository(root: string, home: string): Promise<string> {
  const copy = join(home, 'copy')
  const git = (cwd: string, ...args: string[]) => execute('git', args, { cwd, maxBuffer: 64 * 1024 * 1024 })
  const { stdout } = await git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
  // What was deleted and not committed is still in the list.
  const files = stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))
  for (const file of files) await cp(join(root, file), join(copy, file))
  await linkDependencies(root, copy, files)
  await symlink(join(root, 'runtime'), join(copy, 'runtime'))
  // Some tests ask git which files are deployed.
  await git(copy, 'init', '--quiet')
  await git(copy, 'add', '--all')
  return copy
}

async function linkDependencies(root: string, copy: string, files: readonly string[]): Promise<void> {
  const scope = '@ai-assistant'
  await mkdir(join(copy, 'node_modules', scope), { recursive: true })
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== scope) await symlink(join(root, 'node_modules', name), join(copy, 'node_modules', name))
  }
  for (const file of files.filter((name) => basename(name) === 'package.json')) {
    const { name } = manifestSchema.parse(JSON.parse(await readFile(join(copy, file), 'utf8')))
    if (name.startsWith(scope)) await symlink(join(copy, dirname(file)), join(copy, 'node_modules', name))
  }
}

const manifestSchema = z.object({ name: z.string() })
