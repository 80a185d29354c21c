import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { StartError } from '../runtime-report.mjs'

/** The token between the orchestrator and the MCP servers started beside it: made once, readable by this user alone. */
export function serviceToken(dataDir: string): string {
  const file = path.join(dataDir, 'mcp-service-token')
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code !== 'EEXIST') throw new StartError(`DATA_DIR is ${dataDir}, which cannot be written (${code}).`)
  }
  return readFileSync(file, 'utf8').trim()
}
