/** Texts that get a name. Each connection keeps every plan it has made, so texts that are made up as they go must not. */
const MAX_NAMES = 400

/** Names statements by their text, so that each connection parses and plans each once. Undefined once there are too many. */
export function createStatementNames(): (role: string, text: string) => string | undefined {
  const names = new Map<string, string>()
  return (role, text) => {
    const key = `${role}:${text}`
    const known = names.get(key)
    if (known !== undefined || names.size === MAX_NAMES) return known
    const name = `${role}_${names.size + 1}`
    names.set(key, name)
    return name
  }
}
