import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Reporter, StartError } from '../runtime-report.mjs'

const sources = [
  'frontend/src/**',
  'frontend/public/**',
  'frontend/index.html',
  'frontend/vite.config.ts',
  'frontend/server/precompress.ts',
  'contract/src/**',
  'package-lock.json',
]

/**
 * Builds the web app unless `frontend/dist` was built from these very sources.
 *
 * @throws {StartError} with the builder's own words where it fails
 */
export async function buildWeb(root: string, report: Reporter, signal: AbortSignal): Promise<void> {
  const stampFile = path.join(root, 'frontend', 'dist', '.built-from')
  const stamp = digest(root)
  if (readIfThere(stampFile) === stamp) return
  await report.step('Building the web app', async () => {
    await run(root, [viteIn(root), 'build', '--logLevel', 'warn'], signal)
    await run(root, [path.join(root, 'frontend', 'server', 'precompress.ts')], signal)
  })
  writeFileSync(stampFile, stamp)
}

/** The script that starts the builder, wherever the package manager put it. */
export function viteIn(root: string): string {
  const require = createRequire(path.join(root, 'frontend', 'package.json'))
  return path.join(path.dirname(require.resolve('vite/package.json')), 'bin', 'vite.js')
}

async function run(root: string, args: string[], signal: AbortSignal): Promise<void> {
  const env = { ...process.env, NODE_ENV: 'production' }
  const options = { cwd: path.join(root, 'frontend'), env, signal }
  try {
    await promisify(execFile)(process.execPath, args, options)
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new StartError(`The web app could not be built:\n${words}`)
  }
}

function digest(root: string): string {
  const hash = createHash('sha256')
  const files = globSync(sources, { cwd: root }).toSorted((a, b) => (a < b ? -1 : 1))
  for (const file of files) {
    const full = path.join(root, file)
    if (!statSync(full).isFile() || /\.test\.tsx?$/.test(file)) continue
    hash.update(`${file}\n`).update(readFileSync(full)).update('\n')
  }
  return hash.digest('hex')
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
