import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import { type ServerSpec, specsOfUrls } from '../mcp/server-spec.ts'
import { parseServersFile } from '../mcp/servers-file.ts'

/** The tool servers the operator names, by address and in their file; `env` is what that file may refer to. */
export async function toolServers({
  config,
  env,
}: {
  config: Config
  env: Record<string, string | undefined>
}): Promise<ServerSpec[]> {
  const { urls, serviceToken, serversFile } = config.mcp
  const fromFile = serversFile === null ? [] : parseServersFile(await readFile(serversFile, 'utf8'), env)
  return [...specsOfUrls(urls, serviceToken), ...fromFile]
}
