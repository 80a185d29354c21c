/** Lines of a package-lock.json that name a host to fetch from: everybody's own npm settings say where packages come from. */
export function findRegistryHosts(lockfile: string): string[] {
  const lines = lockfile.split('\n')
  if (lines.length < 100) return ['package-lock.json: the check saw no packages']
  return lines.flatMap((line, at) =>
    /"resolved":\s*"(?!\.|[a-z_/-]+")/.test(line) ? [`package-lock.json:${at + 1}: ${line.trim()}`] : [],
  )
}
