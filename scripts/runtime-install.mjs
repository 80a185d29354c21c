import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { runNpm } from './runtime-npm.mjs'
import { root } from './runtime-root.mjs'

/**
 * Installs the locked dependencies under the given runtime, unless what lies in `node_modules` is just that: by our own
 * stamp, or, after an `npm install` by hand, by npm's record of what it put there.
 *
 * @param {{ node: string, env: NodeJS.ProcessEnv }} runtime as `ensureRuntime` returned it
 * @param {import('./runtime-report.mjs').Reporter} report
 */
export async function ensureInstall(runtime, report) {
  const lockText = fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8')
  const stampFile = path.join(root, 'node_modules', '.installed')
  const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n`).update(lockText).digest('hex')
  if (readText(stampFile) === stamp) return

  if (!installedByHand(JSON.parse(lockText))) {
    await report.step('Installing dependencies', () =>
      runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: root, ...runtime }),
    )
  }
  fs.writeFileSync(stampFile, stamp)
}

function installedByHand(lock) {
  const text = readText(path.join(root, 'node_modules', '.package-lock.json'))
  if (text === null) return false
  const present = JSON.parse(text).packages
  return Object.entries(lock.packages).every(([where, wanted]) => {
    if (!where.includes('node_modules/')) return true
    const found = present[where]
    if (!found) return wanted.optional === true && !madeForThisMachine(wanted)
    return wanted.link === found.link && wanted.version === found.version && wanted.integrity === found.integrity
  })
}

/** Whether an optional package's platform fields name this machine; npm leaves the others out. */
function madeForThisMachine({ os, cpu, libc }) {
  const glibc = process.platform !== 'linux' || process.report.getReport().header.glibcVersionRuntime
  return (
    (os || cpu) !== undefined &&
    (!os || os.includes(process.platform)) &&
    (!cpu || cpu.includes(process.arch)) &&
    (!libc || libc.includes(glibc ? 'glibc' : 'musl'))
  )
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}
