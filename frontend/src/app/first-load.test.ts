import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')
/** What a person on a slow line waits for before the page stands. */
const BUDGET_BYTES = 90_000

test('the code that must be here before the page stands is small', { timeout: 120_000 }, async () => {
  const out = await mkdtemp(join(tmpdir(), 'ai-assistant-build-'))
  try {
    // In a process of its own: the tests' NODE_ENV would build React for developers.
    const env = { ...process.env, NODE_ENV: 'production' }
    await promisify(execFile)(process.execPath, [vite, 'build', '--outDir', out, '--emptyOutDir'], { cwd: root, env })
    const page = await readFile(join(out, 'index.html'), 'utf8')
    const scripts = Array.from(page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g), ([, path = '']) => path)
    expect(scripts.length).toBeGreaterThan(2)
    const sizes = await Promise.all(scripts.map(async (path) => gzipSync(await readFile(join(out, path))).length))
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(BUDGET_BYTES)
  } finally {
    await rm(out, { recursive: true })
  }
})

test('the page holds no script or style that a strict content security policy would refuse', async () => {
  const page = await readFile(join(root, 'index.html'), 'utf8')
  expect(page).toContain('<script')
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
})
