import { execFileSync } from 'node:child_process'
import type { ServerUser } from './server-home.ts'

/**
 * The OS user that PostgreSQL runs as: it refuses root. Undefined where we are not root and it runs as ourselves; as root
 * the system's `postgres`, made if there is none.
 */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return undefined
  if (idOf('-u') === null) execFileSync('useradd', ['--system', '--no-create-home', '--user-group', 'postgres'])
  const uid = idOf('-u')
  const gid = idOf('-g')
  if (uid === null || gid === null) throw new Error('PostgreSQL does not run as root, and no user could be made for it')
  return { uid, gid }
}

function idOf(option: '-u' | '-g'): number | null {
  try {
    return Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return null
  }
}
