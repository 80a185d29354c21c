import { cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Copies the orchestrator's sources into `home`, dependencies linked, and returns the copy's entry point: replicas that
 * are started again in mid-run must be the same program, and a broken build is broken in its copy alone.
 */
export async function copyOrchestrator(root: string, home: string): Promise<{ folder: string; entry: string }> {
  const folder = join(home, 'orchestrator')
  await mkdir(folder)
  await cp(join(root, 'orchestrator/src'), join(folder, 'src'), { recursive: true })
  await cp(join(root, 'orchestrator/package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(home, 'node_modules'))
  return { folder, entry: join(folder, 'src/main.ts') }
}
