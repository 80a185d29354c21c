import { createHash } from 'node:crypto'

/** What model APIs take as the name of a function: `^[a-zA-Z0-9_-]{1,64}$`. */
const maxChars = 64
const maxServerChars = 24

/** A server's name as the first part of its tools' names: no character models refuse, no `__`, never empty. */
function serverSlug(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replaceAll(/[^a-zA-Z0-9_-]+/g, '-')
    .replaceAll(/_{2,}/g, '_')
    .replaceAll(/^[-_]+|[-_]+$/g, '')
    .slice(0, maxServerChars)
    .replace(/[-_]+$/, '')
  return slug === '' ? 'server' : slug
}

/** `<server>__<tool>`. A tool's name that is too long or odd is shortened, and a hash of it keeps it apart from others. */
export function toolName(slug: string, tool: string): string {
  const room = maxChars - slug.length - 2
  const plain = tool.replaceAll(/[^a-zA-Z0-9_-]+/g, '_')
  if (plain === tool && plain.length <= room) return `${slug}__${tool}`
  const hash = createHash('sha256').update(tool).digest('hex').slice(0, 8)
  return `${slug}__${plain.slice(0, room - hash.length - 1)}_${hash}`
}

/**
 * Gives each server a slug of its own. Who had one keeps it; the others take theirs in the order of the configuration,
 * with `-2`, `-3` … where it is taken. Returns slugs by server id.
 */
export function assignSlugs(
  servers: readonly { id: string; name: string }[],
  known: ReadonlyMap<string, string>,
): Map<string, string> {
  const slugs = new Map<string, string>()
  const taken = new Set(known.values())
  for (const { id, name } of servers) {
    const slug = known.get(id) ?? freeSlug(serverSlug(name), taken)
    taken.add(slug)
    slugs.set(id, slug)
  }
  return slugs
}

function freeSlug(base: string, taken: ReadonlySet<string>): string {
  let slug = base
  for (let count = 2; taken.has(slug); count += 1) slug = `${base}-${count}`
  return slug
}
