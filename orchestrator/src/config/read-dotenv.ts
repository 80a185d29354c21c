import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

/** The process's environment over what the folder's `.env` says, if there is one: the real environment wins. */
export function readDotenv(
  folder: string,
  env: Record<string, string | undefined> = process.env,
): Record<string, string | undefined> {
  return { ...parseEnv(readIfThere(join(folder, '.env'))), ...env }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
