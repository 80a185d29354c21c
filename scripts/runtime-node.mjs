// Plain JavaScript for Node 20.19 and later: it runs before Node 24 is there.
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { runNpm } from './runtime-npm.mjs'
import { StartError } from './runtime-report.mjs'
import { root } from './runtime-root.mjs'

/** The oldest Node that the servers are made for: 24 strips types, and 24.7 is the first with argon2, for passwords. */
const wanted = { major: 24, minor: 7 }

/** Node 24 as npm packages: version and npm integrity of each platform's newest. */
const packages = {
  'linux-x64': {
    version: '24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    version: '24.22.0',
    integrity: 'sha512-xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==',
  },
  'darwin-x64': {
    version: '24.18.1',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
  'win-x64': {
    version: '24.21.0',
    integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
}

/**
 * Finds or fetches Node 24. The system's own is used as it is where it is 24.7 or newer; otherwise the platform's package is
 * installed into `runtime/`, its integrity checked by npm against the table above.
 *
 * @param {import('./runtime-report.mjs').Reporter} report
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv, system: boolean }>} `node`: the executable; `env`: this
 *   process's environment with that Node first on the PATH; `system`: whether it is the Node that runs now.
 * @throws {StartError} where the platform has no Node 24 to fetch, or fetching failed
 */
export async function ensureRuntime(report) {
  // What every program started from here compiles is kept for the next start, which then takes half as long.
  process.env.NODE_COMPILE_CACHE ??= path.join(root, 'runtime', 'compiled')
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > wanted.major || (major === wanted.major && minor >= wanted.minor)) {
    return { node: process.execPath, env: environmentFor(process.execPath), system: true }
  }
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const entry = packages[platform]
  if (!entry || usesMusl()) throw new StartError(noPackage(platform))

  const name = `node-${platform}`
  const executable = executableIn(path.join(root, 'runtime'), name)
  if ((await versionOf(executable)) !== `v${entry.version}`) {
    await report.step(`Fetching Node ${entry.version} (this machine's is ${process.versions.node})`, () =>
      fetchRuntime(name, entry, executable),
    )
  }
  return { node: executable, env: environmentFor(executable), system: false }
}

/** npm's lockfile is what checks the integrity. Made aside and moved in, so that two starters cannot meet half-way. */
async function fetchRuntime(name, { version, integrity }, executable) {
  const home = path.join(root, 'runtime')
  const aside = path.join(home, `new-${process.pid}`)
  fs.mkdirSync(aside, { recursive: true })
  try {
    const manifest = { name: 'runtime', version: '0.0.0', private: true, dependencies: { [name]: version } }
    const lock = {
      ...manifest,
      lockfileVersion: 3,
      requires: true,
      packages: { '': manifest, [`node_modules/${name}`]: { version, integrity } },
    }
    fs.writeFileSync(path.join(aside, 'package.json'), JSON.stringify(manifest))
    fs.writeFileSync(path.join(aside, 'package-lock.json'), JSON.stringify(lock))
    await runNpm(['ci', '--prefix', aside, '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: aside,
      env: process.env,
    })
    const fetched = executableIn(aside, name)
    if ((await versionOf(fetched)) !== `v${version}`) {
      throw new StartError(
        `Node ${version} was fetched but does not run on this machine. Install Node 24 from https://nodejs.org and try again.`,
      )
    }
    moveInto(path.join(aside, 'node_modules', name), path.join(home, 'node_modules', name))
  } finally {
    fs.rmSync(aside, { recursive: true, force: true })
  }
  if ((await versionOf(executable)) !== `v${version}`) {
    throw new StartError(`Node ${version} could not be put into ${home}. Remove that folder and try again.`)
  }
}

function moveInto(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true })
  fs.rmSync(to, { recursive: true, force: true })
  fs.renameSync(from, to)
}

function executableIn(folder, name) {
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  return path.join(folder, 'node_modules', name, 'bin', file)
}

/** null where there is nothing that runs. */
async function versionOf(executable) {
  try {
    const { stdout } = await promisify(execFile)(executable, ['--version'])
    return stdout.trim()
  } catch {
    return null
  }
}

function environmentFor(executable) {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  return { ...process.env, [key]: [path.dirname(executable), process.env[key]].filter(Boolean).join(path.delimiter) }
}

/** The packages are linked against glibc. */
function usesMusl() {
  return process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime
}

function noPackage(platform) {
  const advice =
    platform === 'darwin-arm64'
      ? 'Install it with `brew install node@24` or from https://nodejs.org and try again.'
      : usesMusl()
        ? 'Install it with `apk add nodejs npm` (Alpine 3.23 or newer) and try again.'
        : 'Install it from https://nodejs.org and try again.'
  return `AI Assistant runs on Node 24. This machine has ${process.versions.node}, and there is none to fetch for ${platform}. ${advice}`
}
