import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Installs Debian packages where that is possible: as root, on a Debian system. Tells whether they are there afterwards;
 * never rejects, because every caller has something to say or to do without them.
 */
export async function installDebianPackages(...names: string[]): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return false
  if (await aptGet('install', ...names)) return true
  // The lists of a fresh machine are empty, those of an old one name versions that are gone.
  return (await aptGet('update')) && (await aptGet('install', ...names))
}

function aptGet(command: 'install' | 'update', ...names: string[]): Promise<boolean> {
  console.log(['apt-get', command, ...names].join(' '))
  const options = command === 'install' ? ['--yes', '--no-install-recommends', '--quiet=2'] : ['--quiet=2']
  const child = spawn('/usr/bin/apt-get', [command, ...options, ...names], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}
