import { execFile, execFileSync, spawn } from 'node:child_process'
import { chmod, mkdir, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serverUser } from '@ai-assistant/system-tests/services/server-user'

/** A disk of the database's own that can be filled to the last byte. */
export interface SmallDisk {
  readonly path: string
  fill(): Promise<void>
  free(): Promise<void>
  /** Takes it away, with all that is on it; nobody uses it any more. */
  remove(): Promise<void>
}

const sizeMb = 2048

/** Marks a process that may mount: what it mounts, nobody else sees, and it is gone with it. */
const mark = 'LAB_OWN_MOUNTS'

/**
 * Runs this very program once more with mounts of its own, where that is possible (Linux, as root), and resolves to its
 * exit code; null where it goes on here.
 */
export async function enterOwnMounts(): Promise<number | null> {
  if (process.env[mark] !== undefined || process.platform !== 'linux' || process.getuid?.() !== 0) return null
  try {
    execFileSync('unshare', ['--mount', '--propagation', 'private', 'true'], { stdio: 'ignore' })
  } catch {
    // A container may forbid it: then there is no small disk, and that fault is left out.
    return null
  }
  const inside = ['--mount', '--propagation', 'private', process.execPath, ...process.argv.slice(1)]
  const child = spawn('unshare', inside, { stdio: 'inherit', env: { ...process.env, [mark]: 'yes' } })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

/** Mounts the disk below `home`; null where this process may not. */
export async function makeSmallDisk(home: string): Promise<SmallDisk | null> {
  if (process.env[mark] === undefined) return null
  const path = join(home, 'disk')
  await mkdir(path)
  // The database's OS user must get there.
  await chmod(home, 0o755)
  const { uid = 0, gid = 0 } = serverUser() ?? {}
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0755`, 'tmpfs', path])
  const data = join(path, 'data')
  execFileSync('install', ['-d', '-m', '0700', '-o', String(uid), '-g', String(gid), data])
  const ballast = join(path, 'ballast')
  return {
    path: data,
    fill: () => fill(path, ballast),
    free: async () => {
      await truncate(ballast).catch(() => {})
      await rm(ballast, { force: true })
    },
    remove: async () => void execFileSync('umount', ['--lazy', path]),
  }
}

/** To the last byte. While the database goes on writing, what was free a moment ago may be gone: then a smaller piece fits. */
async function fill(path: string, ballast: string): Promise<void> {
  const { bavail, bsize } = await statfs(path)
  await writeFile(ballast, '')
  let filled = 0
  for (let piece = 2 ** Math.floor(Math.log2(bavail * bsize)); piece >= bsize;) {
    try {
      // Not to be waited for in one go: all the lab's wires are in this process.
      await promisify(execFile)('fallocate', ['-o', String(filled), '-l', String(piece), ballast])
      filled += piece
    } catch {
      // No space left for so much.
      piece /= 2
    }
  }
}
