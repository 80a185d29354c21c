import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The key in a file of the data directory, readable by its owner alone; made where there is none yet. */
export async function keepOwnKey(dataDir: string, name: 'secret-key' | 'jwt-secret-key'): Promise<string> {
  const path = join(dataDir, name)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  try {
    const file = await open(path, 'wx', 0o600)
    const key = randomBytes(32).toString('base64url')
    await file.writeFile(key)
    await file.close()
    return key
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return (await readFile(path, 'utf8')).trim()
  }
}
